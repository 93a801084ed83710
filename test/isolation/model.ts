import * as fc from 'fast-check';

/** Which of both organisations acts; where it reaches for something, whose it is and which one of them. */
export type Operation =
  | { readonly kind: 'create' | 'list'; readonly by: number }
  | {
      readonly kind: 'invite';
      readonly by: number;
      readonly of: number;
      readonly pick: number;
      readonly person: number;
    }
  | { readonly kind: 'add'; readonly by: number; readonly person: number }
  | { readonly kind: ReachingKind; readonly by: number; readonly of: number; readonly pick: number };

/** What reaches for a thing of one of both: a session, or a member. */
type ReachingKind = 'claim' | 'submit' | 'read' | 'rename' | 'suspend';

const side = fc.nat(1);
const pick = fc.nat(1_000);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('create', 'list'), by: side }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('invite'), by: side, of: side, pick, person: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add'), by: side, person: fc.nat(5) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom<ReachingKind>('claim', 'submit', 'read', 'rename', 'suspend'),
      by: side,
      of: side,
      pick,
    }),
  },
);

export const OPERATIONS_PER_RUN = 100;

export const operations = fc.array(operation, {
  minLength: OPERATIONS_PER_RUN,
  maxLength: OPERATIONS_PER_RUN,
  size: 'max',
});

export interface KnownSession {
  readonly id: string;
  readonly simulationId: string;
  readonly firstTaskId: string;
  readonly email: string;
  isClaimed: boolean;
  submissionId: string | undefined;
}

export interface KnownMember {
  readonly id: string;
  readonly email: string;
  name: string;
  isActive: boolean;
}

/** All that one organisation should see. */
export interface Known {
  /** Without the one who acts. */
  readonly members: KnownMember[];
  readonly simulations: string[];
  readonly sessions: KnownSession[];
}

/** The picked one, or `undefined` when there are none. */
export function picked<T>(list: readonly T[], at: number): T | undefined {
  return list[at % Math.max(list.length, 1)];
}
