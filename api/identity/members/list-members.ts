import Joi from 'joi';
import { platformStatuses, type PlatformStatus } from '../../../domain/identity/member.ts';
import { mayReadMembers } from '../../../domain/identity/policies.ts';
import { listMembers, type Member, type MemberFilter } from '../../../services/identity/member-reads.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import {
  cursorOf,
  pageAsked,
  pageFields,
  pageOf,
  readCursor,
  timePart,
  uuidPart,
  type PageQuery,
} from '../../pages.ts';
import { presentedMember, presentMember, type PresentedMember } from './presenter.ts';

interface MembersQuery extends PageQuery {
  readonly search?: string;
  readonly status?: PlatformStatus;
  readonly role?: string;
}

export interface MembersReply {
  readonly items: PresentedMember[];
  /** Of all pages. */
  readonly total: number;
  readonly next_cursor: string | null;
}

export const membersReply = Joi.object<MembersReply, true>({
  items: Joi.array().items(presentedMember),
  total: Joi.number().integer(),
  next_cursor: Joi.string().allow(null),
});

export const memberPageFields = pageFields(timePart, uuidPart);

export const listMembersEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/org/users',
  summary: 'Who belongs to the organisation, newest first',
  auth: account,
  may: mayReadMembers,
  input: {
    query: Joi.object<MembersQuery, true>({
      ...memberPageFields,
      search: Joi.string().trim().max(100).empty('').description('Part of a name, an e-mail or an employee id'),
      status: Joi.string()
        .uppercase()
        .valid(...platformStatuses),
      role: Joi.string().trim().max(100).empty('').description('The name of a role'),
    }).oxor('page', 'cursor'),
  },
  replies: { 200: membersReply },
  errors: [],
  async handle({ app, actor, input }) {
    const { search, status, role } = input.query;
    const filter: MemberFilter = {
      ...(search !== undefined && { search }),
      ...(status !== undefined && { status }),
      ...(role !== undefined && { role }),
    };
    const found = await app.uow.read(actor, (uow) => listMembers(uow, filter, memberPage(input.query)));
    return { status: 200, body: presentMembers(found, input.query.page_size) };
  },
});

export function memberPage(query: PageQuery) {
  const [createdAt = '', id = ''] = query.cursor === undefined ? [] : readCursor(query.cursor);
  return { ...pageAsked(query), ...(query.cursor !== undefined && { after: [createdAt, id] as const }) };
}

export function presentMembers(
  { members, total }: { readonly members: readonly Member[]; readonly total: number },
  size: number,
): MembersReply {
  const { shown, last } = pageOf(members, size);
  const next = last ? cursorOf([last.createdAt.toISOString(), last.id]) : null;
  return { items: shown.map(presentMember), total, next_cursor: next };
}
