import { setTimeout as pause } from 'node:timers/promises';
import { accept, inviteSomebody, inviteTo, signIn, work, type Scene } from './candidate.ts';
import { sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';
import { rowsIn } from './database.ts';
import { joinOrganization } from './member.ts';
import type { Story } from './points/catalogue.ts';
import { dispatchRoute, generateRoute } from './troubles.ts';

const DAYS = 2; // a text and a run: the days after repeat them
const LOOK_EVERY_MS = 100;
const MOVE_EVERY_MS = 20_000; // a reminder whose time comes while nobody works is skipped, or sent late: it is given time
const LONGEST_WAIT_MS = 180_000; // what is waited for may be struck several times

/** Lives that lead to every named point. Each is gone to its end, whatever is killed meanwhile. */
export const stories: Readonly<Record<Story, (scene: Scene) => Promise<void>>> = {
  candidate,
  async polled_run(scene) {
    await scene.world.github.webhooks({ mode: 'lose', count: 2 });
    await candidate(scene);
  },
  async failed_run(scene) {
    await scene.world.github.fault({ route: dispatchRoute, status: 502, times: 1 });
    await candidate(scene);
  },
  /** The repository is refused while it is made ahead; the candidate's init begins anew. */
  async failed_workspace(scene) {
    await scene.world.github.fault({ route: generateRoute, status: 403, times: 1 });
    await candidate(scene);
  },
  reminder,
  expiry,
  cancelled_mail: cancelledMail,
  member: joinOrganization,
};

async function candidate(scene: Scene): Promise<void> {
  const recruiter = await signIn(scene, 'recruiter1@local.test', 'recruiter');
  await work(scene, await inviteSomebody(scene, recruiter), DAYS);
}

/** The invite's end is moved until its first reminder is a moment away: no life here lasts for days. */
async function reminder(scene: Scene): Promise<void> {
  const recruiter = await signIn(scene, 'recruiter1@local.test', 'recruiter');
  const { session } = await inviteSomebody(scene, recruiter);
  const clock = scene.world.temporal.workflow.getHandle(`candidate-session/${session}/1`);
  let movedAt = -Infinity;
  const move = async (): Promise<void> => {
    if (performance.now() < movedAt + MOVE_EVERY_MS) return;
    const soon = `update candidate_sessions set expires_at = now() + interval '72 hours 2 seconds' where id = $1`;
    await rowsIn(scene.world, soon, [session]);
    await clock.signal(sessionChangedSignal); // not found: it has not begun yet
    movedAt = performance.now();
  };
  const hasLeft = `select 1 from emails where candidate_session_id = $1 and kind = 'invite_ends_72h' and status <> 'queued'`;
  await untilRow(scene, session, hasLeft, move);
}

/** Nobody claims it, so it expires; a second invite begins a second life, which an operator ends by cancelling its clock. */
async function expiry(scene: Scene): Promise<void> {
  const recruiter = await signIn(scene, 'recruiter@quickco.test', 'recruiter');
  const { session, simulation } = await inviteSomebody(scene, recruiter);
  await untilRow(scene, session, `select 1 from candidate_sessions where id = $1 and status = 'expired'`);
  const again = await recruiter.postTwice<{ candidateSessionId: number; token: string }>(
    inviteTo(simulation, scene.name),
    ({ candidateSessionId }) => candidateSessionId,
  );
  scene.ledger.secrets.add(again.token);
  accept(scene, 'invitation', again.candidateSessionId);
  const isOver = `select 1 from candidate_sessions where id = $1 and status in ('revoked', 'expired') and generation = 2`;
  await cancel(scene, `candidate-session/${session}/2`, session, isOver);
}

/** A mail that the mail server does not take at once, and that an operator gives up. */
async function cancelledMail(scene: Scene): Promise<void> {
  const { world } = scene;
  const recruiter = await signIn(scene, 'recruiter1@local.test', 'recruiter');
  const away = world.strike({ atMs: 0, manner: 'kill', target: 'mailbox', forMs: 2_000 });
  const { session } = await inviteSomebody(scene, recruiter);
  const ofSession = 'from emails where candidate_session_id = $1';
  const [mail] = await untilRow<{ id: string }>(
    scene,
    session,
    `select id ${ofSession} and (last_error is not null or status <> 'queued')`,
  );
  await cancel(scene, `email/${mail?.id}`, session, `select 1 ${ofSession} and status <> 'queued'`);
  await away;
}

/** An operator cancels the workflow until its row says that it is over. */
async function cancel(scene: Scene, workflowId: string, id: number, isOver: string): Promise<void> {
  scene.ledger.cancelled.add(workflowId);
  const handle = scene.world.temporal.workflow.getHandle(workflowId);
  await untilRow(scene, id, isOver, () => handle.cancel()); // not found: it has not begun yet, or has ended
}

/** Looks until the row is there. @throws when it does not come */
async function untilRow<T extends object>(
  { world }: Scene,
  id: number,
  sql: string,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T[]> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    await meanwhile().catch(() => undefined);
    const rows = await rowsIn<T>(world, sql, [id]).catch(() => []);
    if (rows.length > 0) return rows;
    if (performance.now() > end) throw new Error(`not within ${LONGEST_WAIT_MS / 1_000} s, of ${id}: ${sql}`);
    await pause(LOOK_EVERY_MS);
  }
}
