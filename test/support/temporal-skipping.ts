import assert from 'node:assert/strict';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { commandLineOf, listProcesses, sendSignal, startTimeOf } from '../../local/processes.ts';
import { tenonKind, tenonOrg, tenonRef } from '../../core/temporal.ts';
import { quietRuntime, startTestWorkers, type TestWorkers } from './temporal-runtime.ts';

const KEYWORD = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/** A Temporal whose timers take no time, with the product's workers on stub activities. */
export interface SkippingTemporal {
  readonly env: TestWorkflowEnvironment;
  /** Ends workers and server; fails when the server survives. */
  stop(): Promise<void>;
}

/** One per test file. Never terminate a workflow on it: its clock would stay locked. */
export async function startSkippingTemporal(activities: object): Promise<SkippingTemporal> {
  quietRuntime();
  const path = process.env['TENON_TEST_TIME_SKIPPING_SERVER'];
  assert(path, 'run tests through `npm test -- <files>`, which brings the time-skipping server');
  const before = new Set(children());
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  const servers = children().filter((pid) => !before.has(pid) && commandLineOf(pid).includes('test'));
  let workers: TestWorkers | undefined;
  const stop = async (): Promise<void> => {
    await workers?.stop();
    await env.teardown();
    const survivors = servers.filter((pid) => startTimeOf(pid) !== undefined);
    for (const pid of survivors) sendSignal(pid, 'SIGKILL');
    assert.deepEqual(survivors, [], 'the time-skipping server survived its teardown');
  };
  try {
    assert.equal(servers.length, 1, 'the time-skipping server is a child of this process');
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries([tenonOrg, tenonKind, tenonRef].map(({ name }) => [name, KEYWORD])),
    });
    workers = await startTestWorkers(env.nativeConnection, activities);
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, stop };
}

function children(): number[] {
  return listProcesses()
    .filter(({ parentPid }) => parentPid === process.pid)
    .map(({ pid }) => pid);
}
