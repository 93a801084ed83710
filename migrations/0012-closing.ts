/** A simulation that nobody is invited to any more. */
export const up = `
alter table simulations add column closed_at timestamptz;
`;

export const down = `
alter table simulations drop column closed_at;
`;
