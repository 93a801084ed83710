import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir } from '../paths.ts';
import { findProgram, isExecutable } from '../programs.ts';
import { runTool } from '../tool.ts';
import { downloadBySdk, inFreshFolder } from './download.ts';
import type { CliSources } from './cli.ts';

const VERSION = '1.32.0';
const MAVEN_TIMEOUT_MS = 10 * 60_000; // some 30 MB of jars

/**
 * The time-skipping test server as one executable (`existing-path` for the SDK): from the cache, the SDK's download, or
 * Maven Central's jars behind a wrapper. @throws with one sentence that says what to install.
 */
export async function ensureTestServer(
  log: (line: string) => void,
  { env, download }: CliSources = { env: process.env, download: downloadBySdk },
): Promise<string> {
  const dir = join(cacheDir(env), `temporal-test-server-${VERSION}`);
  const native = join(dir, 'native');
  if (isExecutable(native)) return native;
  const wrapper = join(dir, 'jars', 'temporal-test-server');
  const java = findProgram('java', env['PATH']);
  if (isExecutable(wrapper) && java !== undefined) return wrapper;
  if (await download('time-skipping', `v${VERSION}`, native)) return native;
  const maven = findProgram('mvn', env['PATH']);
  if (java === undefined || (maven === undefined && !isExecutable(wrapper))) {
    throw new Error(
      'The time-skipping test server cannot be downloaded here: install Java 11 or newer and Maven (`java` and `mvn` on PATH).',
    );
  }
  if (maven !== undefined) await fetchByMaven(maven, dirname(wrapper), env, log);
  return wrapper;
}

async function fetchByMaven(
  maven: string,
  target: string,
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
): Promise<void> {
  log(`Fetching the time-skipping test server ${VERSION} by Maven, once …`);
  await inFreshFolder(dirname(target), async (dir) => {
    const jars = join(dir, 'jars');
    await writeFile(join(dir, 'pom.xml'), pom());
    await runTool(
      maven,
      ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(jars, 'lib')}`],
      { cwd: dir, env, timeoutMs: MAVEN_TIMEOUT_MS },
    );
    await writeFile(join(jars, 'temporal-test-server'), wrapperScript());
    await chmod(join(jars, 'temporal-test-server'), 0o755);
    await rm(target, { recursive: true, force: true });
    await rename(jars, target);
  });
}

function pom(): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local.tenon</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
}

/** `exec`: the pid that the SDK knows, and kills, is the JVM's. Serial collector and first compiler tier: it starts faster. */
function wrapperScript(): string {
  return `#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"
`;
}
