import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureTemporalCli } from '../../../local/temporal/cli.ts';
import { ensureTestServer } from '../../../local/temporal/test-server.ts';

describe("the Temporal programs' ways to this machine", () => {
  let dir: string;
  let env: NodeJS.ProcessEnv;
  let said: string[];
  let asked: string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-binaries-'));
    await mkdir(join(dir, 'bin'));
    env = { PATH: join(dir, 'bin'), XDG_CACHE_HOME: join(dir, 'cache'), HOME: dir };
    said = [];
    asked = [];
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  const say = (line: string): void => void said.push(line);

  /** A program on the test's PATH. */
  async function program(name: string, script: string): Promise<string> {
    const path = join(dir, 'bin', name);
    await executable(path, script);
    return path;
  }

  async function executable(path: string, script: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  /** Stands for the SDK's download. */
  const downloads = (works: boolean) => async (kind: string, version: string, target: string) => {
    asked.push(`${kind} ${version}`);
    if (works) await executable(target, 'exit 0');
    return works;
  };
  const offline = (): { env: NodeJS.ProcessEnv; download: ReturnType<typeof downloads> } => ({
    env,
    download: downloads(false),
  });
  const online = (): { env: NodeJS.ProcessEnv; download: ReturnType<typeof downloads> } => ({
    env,
    download: downloads(true),
  });
  const cache = (...names: string[]): string => join(dir, 'cache', 'tenon', ...names);

  describe('the command line tool', () => {
    const cached = (): string => cache('temporal-1.5.1', 'temporal');

    it('is the one on PATH, else the cached one, and nothing is fetched', async () => {
      await executable(cached(), 'exit 0');
      assert.equal(await ensureTemporalCli(say, online()), cached());
      const installed = await program('temporal', 'exit 0');
      assert.equal(await ensureTemporalCli(say, online()), installed);
      assert.deepEqual(asked, []);
    });

    it("is the SDK's download before it is built", async () => {
      await program('go', 'exit 1');
      assert.equal(await ensureTemporalCli(say, online()), cached());
      assert.deepEqual(asked, ['dev-server v1.5.1']);
    });

    it('is built by Go when it cannot be downloaded, with a word about it, once', async () => {
      await program(
        'go',
        `echo "$@" >> ${join(dir, 'calls')}; echo 'go: downloading x'; printf '#!/bin/sh\\n' > "$GOBIN/temporal"; /bin/chmod 755 "$GOBIN/temporal"`,
      );
      assert.equal(await ensureTemporalCli(say, offline()), cached());
      assert.equal(await ensureTemporalCli(say, offline()), cached());
      assert.equal(
        await readFile(join(dir, 'calls'), 'utf8'),
        'install -v github.com/temporalio/cli/cmd/temporal@v1.5.1\n',
      );
      assert.match(said.join('\n'), /Building .* from source[^]*built in/);
      assert.deepEqual(await readdir(cache('temporal-1.5.1')), ['temporal']);
    });

    it('leaves nothing half-made in the cache when the build fails, and shows why', async () => {
      await program('go', 'echo partial > "$GOBIN/temporal"; echo "no network" >&2; exit 1');
      await assert.rejects(ensureTemporalCli(say, offline()), (error: Error) => {
        assert.match(error.message, /^Building Temporal failed: install the Temporal CLI/);
        assert.match(String(error.cause), /no network/);
        return true;
      });
      assert.deepEqual(await readdir(cache('temporal-1.5.1')), []);
    });

    it('ends with one sentence that says what to install when there is no Go', async () => {
      await assert.rejects(ensureTemporalCli(say, offline()), /install the Temporal CLI .* or Go/);
    });
  });

  describe('the time-skipping server', () => {
    const wrapper = (): string => cache('temporal-test-server-1.32.0', 'jars', 'temporal-test-server');

    it("is the SDK's download, then the cached one", async () => {
      const native = cache('temporal-test-server-1.32.0', 'native');
      assert.equal(await ensureTestServer(say, online()), native);
      assert.equal(await ensureTestServer(say, offline()), native);
      assert.deepEqual(asked, ['time-skipping v1.32.0']);
    });

    it("is a wrapper around Maven's jars when it cannot be downloaded", async () => {
      await program('java', 'exit 0');
      await program(
        'mvn',
        `echo called >> ${join(dir, 'calls')}; for a; do case $a in -DoutputDirectory=*) /bin/mkdir -p "\${a#*=}";; esac; done`,
      );
      assert.equal(await ensureTestServer(say, offline()), wrapper());
      assert.equal(await ensureTestServer(say, offline()), wrapper());
      assert.equal(await readFile(join(dir, 'calls'), 'utf8'), 'called\n');
      assert.match(await readFile(wrapper(), 'utf8'), /^exec java .* io.temporal.testserver.TestServer "\$@"$/m);
    });

    it('ends with one sentence when Java or Maven is missing', async () => {
      await assert.rejects(ensureTestServer(say, offline()), /install Java .* and Maven/);
      await program('java', 'exit 0');
      await assert.rejects(ensureTestServer(say, offline()), /install Java .* and Maven/);
    });
  });
});
