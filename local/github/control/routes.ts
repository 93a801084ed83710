import type Joi from 'joi';
import { addToken, ensureAccount, newToken } from '../accounts.ts';
import { livingTokens } from '../apps.ts';
import type { NewArtifact } from '../artifacts.ts';
import { fullName } from '../links.ts';
import { makeTemplateWithoutWorkflow, removeTemplateWithoutWorkflow } from '../templates.ts';
import { installationEvent } from '../webhooks/installations.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Faults } from './faults.ts';
import { rawZip } from './raw-zip.ts';
import {
  appBody,
  faultBody,
  finishRunBody,
  generateDelayBody,
  installationBody,
  nextRunsBody,
  userBody,
  webhooksBody,
  writeLimitsBody,
} from './schemas.ts';
import type { ForcedArtifact } from './types.ts';

export interface Controls {
  world: World;
  faults: Faults;
  calls: Calls;
}

export interface ControlReply {
  status: number;
  body: unknown;
}

interface ControlCall extends Controls {
  /** What the path's `{…}` holds. */
  param: string;
  body: Record<string, unknown>;
}

export class BadControlCall extends Error {}

function checked<T>(schema: Joi.ObjectSchema<T>, body: Record<string, unknown>): T {
  const { error, value } = schema.validate(body);
  if (error) throw new BadControlCall(error.message);
  return value;
}

function zipFor(artifact: ForcedArtifact): NewArtifact {
  const { name, expired = false } = artifact;
  if ('rawBase64' in artifact) return { name, expired, content: { bytes: Buffer.from(artifact.rawBase64, 'base64') } };
  const entries = artifact.entries.map(({ text, base64, ...entry }) => ({
    ...entry,
    data: base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'),
  }));
  return { name, expired, content: { bytes: rawZip(entries) } };
}

const done: ControlReply = { status: 200, body: { ok: true } };
const unknown: ControlReply = { status: 404, body: { error: 'not found' } };

interface ControlRoute {
  method: 'GET' | 'POST' | 'DELETE';
  path: RegExp;
  handle(call: ControlCall): ControlReply | Promise<ControlReply>;
}

const route = (method: ControlRoute['method'], path: string, handle: ControlRoute['handle']): ControlRoute => ({
  method,
  path: new RegExp(`^${path.replace('{}', '([^/]+)')}$`),
  handle,
});

/** For tests and scripts, outside GitHub's own paths. */
export const controlRoutes: readonly ControlRoute[] = [
  route('POST', '/users', async ({ world, body }) => {
    const { login } = checked(userBody, body);
    const account = ensureAccount(world.store, login, 'User');
    if (account.type !== 'User') throw new BadControlCall('the login belongs to an organisation');
    const token = newToken();
    addToken(account, token);
    await world.store.commit();
    return { status: 200, body: { login: account.login, token } };
  }),
  route('POST', '/faults', ({ faults, body }) => {
    faults.add(checked(faultBody, body));
    return done;
  }),
  route('DELETE', '/faults', ({ faults }) => {
    faults.clear();
    return done;
  }),
  route('POST', '/next-runs', ({ world, body }) => {
    const { artifacts = [], afterMs = 0, leaveInProgress = false, count = 1, ...rest } = checked(nextRunsBody, body);
    world.runs.forced.add({ ...rest, artifacts: artifacts.map(zipFor), afterMs, leaveInProgress, count });
    return done;
  }),
  route('POST', '/runs/{}/finish', async ({ world, body, param }) => {
    const { conclusion, artifacts = [] } = checked(finishRunBody, body);
    const run = world.store.state.runs.find(({ id }) => String(id) === param);
    if (!run) return unknown;
    const ended = await world.runs.finish(run, conclusion, artifacts.map(zipFor));
    return ended ? done : { status: 409, body: { error: 'the run has already ended' } };
  }),
  route('POST', '/webhooks', ({ world, body }) => {
    const { mode, count } = checked(webhooksBody, body);
    world.webhooks.setMode(mode, count);
    return done;
  }),
  route('POST', '/webhooks/release', ({ world }) => ({ status: 200, body: { released: world.webhooks.release() } })),
  route('POST', '/installations', ({ world, body }) => {
    const { id, action } = checked(installationBody, body);
    world.webhooks.emit(installationEvent(world, id, action));
    return done;
  }),
  route('POST', '/generate-delay', ({ world, body }) => {
    const { ms, workflowsMs = 0 } = checked(generateDelayBody, body);
    world.generating.setDelay(ms, workflowsMs);
    return done;
  }),
  route('POST', '/generate-release', async ({ world }) => {
    return { status: 200, body: { released: await world.generating.release() } };
  }),
  route('POST', '/write-limits', ({ world, body }) => {
    world.writes.set(checked(writeLimitsBody, body));
    return done;
  }),
  route('POST', '/templates/{}/without-workflow', async ({ world, param }) => {
    const copy = await makeTemplateWithoutWorkflow(world, param);
    if (!copy) return unknown;
    await world.store.commit();
    return { status: 200, body: { repository: fullName(copy) } };
  }),
  route('POST', '/templates/{}/restore', async ({ world, param }) => {
    if (!(await removeTemplateWithoutWorkflow(world, param))) return unknown;
    await world.store.commit();
    return done;
  }),
  route('POST', '/app', async ({ world, body }) => {
    const [app] = world.store.state.apps;
    if (!app) return unknown;
    Object.assign(app, checked(appBody, body));
    await world.store.commit();
    return done;
  }),
  route('GET', '/app/tokens', ({ world }) => ({ status: 200, body: { tokens: livingTokens(world) } })),
  route('GET', '/calls', ({ calls }) => ({
    status: 200,
    body: { calls: calls.all(), counts: calls.counts(), statuses: calls.statuses() },
  })),
  route('DELETE', '/calls', ({ calls }) => {
    calls.clear();
    return done;
  }),
  route('POST', '/reset-faults', ({ world, faults }) => {
    faults.clear();
    world.runs.forced.clear();
    world.webhooks.setMode('normal');
    world.generating.setDelay(0, 0);
    world.writes.set(null);
    return done;
  }),
];
