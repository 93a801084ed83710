// Child process: has the SDK download one of its two servers into a folder. The SDK downloads only by starting it.
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [kind, version = '', downloadDir = ''] = process.argv.slice(2);
const executable = { type: 'cached-download', version, downloadDir } as const;
const env = await (kind === 'dev-server'
  ? TestWorkflowEnvironment.createLocal({ server: { executable } })
  : TestWorkflowEnvironment.createTimeSkipping({ server: { executable } }));
await env.teardown();
