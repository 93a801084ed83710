import Joi from 'joi';

export interface OrgHeader {
  readonly 'x-org-id'?: string;
}

/** Where nobody is signed in yet, the header narrows down which organisation is meant; `readOrgId` reads it. */
export const orgHeader = Joi.object<OrgHeader, true>({
  'x-org-id': Joi.string().allow('').description('Slug or id of the organisation to sign in to'),
});
