/** A dispatch asks whether GitHub has told the end of its run already; nearly all deliveries are matched. */
export const up = `
create index github_deliveries_unmatched on github_deliveries (github_run_id) where not matched;
`;

export const down = `
drop index github_deliveries_unmatched;
`;
