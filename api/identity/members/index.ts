import type { Endpoint } from '../../endpoint.ts';
import { addMemberEndpoint } from './add-member.ts';
import { changeMemberEndpoint } from './change-member.ts';
import { deleteMemberEndpoint } from './delete-member.ts';
import { inviteMemberAgainEndpoint } from './invite-again.ts';
import { listMembersEndpoint } from './list-members.ts';
import { changeOwnProfileEndpoint, readOwnProfile } from './own-profile.ts';
import { readMemberEndpoint } from './read-member.ts';

export const memberEndpoints: readonly Endpoint[] = [
  addMemberEndpoint,
  listMembersEndpoint,
  readMemberEndpoint,
  changeMemberEndpoint,
  deleteMemberEndpoint,
  inviteMemberAgainEndpoint,
  readOwnProfile,
  changeOwnProfileEndpoint,
];
