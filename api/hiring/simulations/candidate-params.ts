import Joi from 'joi';
import { integerId } from '../params.ts';

export interface CandidateParams {
  readonly id: string;
  readonly candidateSessionId: string;
}

/** A simulation and one of its candidates. */
export const candidateParams = Joi.object<CandidateParams, true>({
  id: integerId.required(),
  candidateSessionId: integerId.required(),
});
