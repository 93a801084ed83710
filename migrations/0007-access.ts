/** Who may still push and should not any more, how often the candidate's GitHub name changed, and unmatched deliveries matched later. */
export const up = `
alter table workspaces
  add column access_to_revoke text[] not null default '{}',
  add column name_changes integer not null default 0;
grant update (matched) on github_deliveries to tenon_app;
`;

export const down = `
revoke update (matched) on github_deliveries from tenon_app;
alter table workspaces drop column access_to_revoke, drop column name_changes;
`;
