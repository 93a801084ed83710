import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'runners');

/** Reports as the common runners write them, made by hand for these tests: by the file's name. */
export const runnerReports: Readonly<Record<string, Buffer>> = Object.fromEntries(
  readdirSync(folder).map((name) => [name.replace(/\.xml$/u, ''), readFileSync(join(folder, name))]),
);

/** passed/failed/skipped and flaky of each. */
export const runnerCounts: Readonly<Record<string, { counts: string; flaky: number }>> = {
  pytest: { counts: '2/4/3', flaky: 0 },
  'jest-junit': { counts: '2/3/2', flaky: 0 },
  'junit4-ant': { counts: '2/2/1', flaky: 0 },
  'surefire-junit5': { counts: '3/2/1', flaky: 1 },
  'gradle-junit5': { counts: '2/1/1', flaky: 0 },
  gotestsum: { counts: '1/3/1', flaky: 0 },
  'go-junit-report': { counts: '1/2/1', flaky: 0 },
  'nunit-xslt': { counts: '2/1/3', flaky: 0 },
  'dotnet-logger': { counts: '2/1/1', flaky: 0 },
  phpunit: { counts: '3/3/2', flaky: 0 },
  nextest: { counts: '3/2/0', flaky: 1 },
  catch2: { counts: '1/3/2', flaky: 0 },
  'tap-formatter-junit': { counts: '3/2/1', flaky: 0 },
};
