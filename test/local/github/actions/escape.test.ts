import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { checkoutDir } from '../../../../local/paths.ts';
import { onlyJob, oneJob, openWorkshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

/** Where a machine refuses what the sandbox needs the log says so, and there is nothing to prove. */
const DEGRADED = /This machine (refuses|allows no)/;

/** What workflow files of a stranger may try; whatever lies outside of the job stays out of reach. */
describe('a step that wants out', () => {
  let workshop: Workshop;
  /** A folder of the machine that no job has any business in; with a secret. */
  let outside: string;
  before(async () => {
    workshop = await openWorkshop();
    outside = join(workshop.folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'tenon-probe-secret', { mode: 0o600 });
  });
  after(() => workshop.remove());

  /** Runs the steps with `$OUTSIDE` and others set, and returns the log; null where the machine cannot protect anything. */
  async function attempt(steps: string, files: Record<string, string> = {}): Promise<string | null> {
    const env = { OUTSIDE: outside, CHECKOUT: checkoutDir, USER_HOME: homedir() };
    const { log } = onlyJob(await workshop.run(oneJob(steps), { env, files }));
    return DEGRADED.test(log) ? null : log;
  }

  it('gets no command into a later checkout, whatever it has left running', async () => {
    const loop =
      'while :; do [ -f "$2/.git/config" ] && ! grep -q filter "$2/.git/config" && printf "$1" >> "$2/.git/config"; done';
    const filter = `[filter "x"]\\n\\tsmudge = touch ${outside}/escaped && cat\\n`;
    const many = Array.from({ length: 50 }, (_, index) => [`file-${index}`, `${index}`]);
    const log = await attempt(
      `
- uses: actions/checkout@v4
- run: |
    for each in 1 2; do setsid sh -c '${loop}' sh '${filter}' "$GITHUB_WORKSPACE" > /dev/null 2>&1 & done
    sleep 0.2
- uses: actions/checkout@v4
- run: cat file-7 && git status --porcelain`,
      { '.gitattributes': '* filter=x\n', ...Object.fromEntries(many) },
    );
    if (log === null) return;
    assert.deepEqual(await readdir(outside), ['secret']);
    assert.match(log, /^7$/m);
  });

  it('cannot put programs of its own in the place of those that build the sandbox', async () => {
    const log = await attempt(`
- run: |
    mkdir bin
    for name in bash env nsenter setpriv sh unshare; do
      printf '#!/bin/bash\\n/usr/bin/touch "%s/escaped"\\nexec /usr/bin/%s "$@"\\n' "$OUTSIDE" "$name" > bin/$name
    done
    chmod +x bin/*
    echo "$PWD/bin" >> "$GITHUB_PATH"
    echo 'touch "$OUTSIDE/escaped"' > every-bash.sh
    echo "BASH_ENV=$PWD/every-bash.sh" >> "$GITHUB_ENV"
- run: echo next`);
    if (log !== null) assert.deepEqual(await readdir(outside), ['secret']);
  });

  it('makes us follow no link that it has put in the place of a folder', async () => {
    const log = await attempt(`
- uses: actions/checkout@v4
- { run: 'rm -rf "$RUNNER_TEMP" "$GITHUB_WORKSPACE"; ln -s "$OUTSIDE" "$RUNNER_TEMP"; ln -s "$OUTSIDE" "$GITHUB_WORKSPACE"' }
- { uses: actions/upload-artifact@v4, if: always(), with: { path: secret } }
- { if: always(), run: echo next }
- { if: always(), run: 'rm -rf "$RUNNER_TOOL_CACHE"; ln -s "$OUTSIDE" "$RUNNER_TOOL_CACHE"' }
- { if: always(), uses: actions/setup-python@v5 }`);
    if (log === null) return;
    assert.deepEqual(await readdir(outside), ['secret']);
    assert.deepEqual(await readdir(join(workshop.workDir(), 'artifacts')).catch(() => []), []);
  });

  it('reads nothing of the user: neither state, nor home, nor the checkout, nor the secrets of the system', async () => {
    const log = await attempt(`
- run: |
    cat "$OUTSIDE/secret" || echo no secret
    ls -A "$USER_HOME" "$CHECKOUT" || true
    cat /etc/shadow || echo no shadow
    find / -name secret -newer /etc/passwd -exec cat {} + 2> /dev/null || true
    ls /dev`);
    if (log === null) return;
    assert.doesNotMatch(log, /tenon-probe-secret|package\.json|\.bashrc|^root:/m);
    assert.match(log, /^no secret$/m);
    assert.doesNotMatch(log, /^(sd|vd|nvme|mem|kmsg)/m);
  });

  it('writes nowhere but into the folder of its job and /tmp', async () => {
    const log = await attempt(`
- run: |
    for folder in /etc /usr /usr/bin / /proc/sys/kernel "$OUTSIDE" "$USER_HOME" "$CHECKOUT"; do
      touch "$folder/tenon-probe" 2> /dev/null && rm "$folder/tenon-probe" && echo "wrote into $folder" || true
    done
    for file in /etc/passwd /proc/sys/kernel/core_pattern; do { : >> "$file"; } 2> /dev/null && echo "opened $file" || true; done
    chmod 666 /dev/null 2> /dev/null && echo "changed a device" || true
    touch "$HOME/probe" "$RUNNER_TEMP/probe" /tmp/probe probe && echo kept
- run: ls "$HOME/probe" "$RUNNER_TEMP/probe" /tmp/probe probe && echo still there`);
    if (log === null) return;
    assert.doesNotMatch(log, /^(wrote into|opened|changed) /m);
    assert.match(log, /^kept$/m);
    assert.match(log, /^still there$/m);
  });

  it('has no powers to take the walls down with, not even in namespaces of its own', async () => {
    const log = await attempt(`
- run: |
    grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs)' /proc/self/status | tr -d '\\t'
    umount -l /etc && echo unmounted || true
    mount -o remount,bind,rw / && echo remounted || true
    unshare --user --map-root-user --mount sh -c 'umount -l /etc || mount -o remount,bind,rw none / || mount -o remount,bind,rw none /etc' && echo undone || true`);
    if (log === null) return;
    const powers = [...log.matchAll(/^Cap\w+:(\w+)$/gm)].map(([, bits]) => bits);
    assert.deepEqual(powers, Array(5).fill('0000000000000000'));
    assert.match(log, /^NoNewPrivs:1$/m);
    assert.doesNotMatch(log, /^(unmounted|remounted|undone)$/m);
  });

  it('sees no process but its own', async () => {
    process.env.TENON_TEST_SECRET = 'tenon-probe-environment';
    try {
      const log = await attempt(
        `- run: "ls /proc | grep -c '^[0-9]'; cat /proc/[0-9]*/environ | tr '\\\\0' '\\\\n' | grep -a tenon-probe || echo none"`,
      );
      if (log === null || /sees the processes/.test(log)) return;
      assert.match(log, /^none$/m);
      assert.ok(Number(/^(\d+)$/m.exec(log)?.[1]) < 10, log);
    } finally {
      delete process.env.TENON_TEST_SECRET;
    }
  });

  it('is told of in the log where the machine lacks what the walls are made of', async () => {
    const path = process.env.PATH;
    const programs = join(workshop.folder, 'programs');
    await mkdir(programs);
    for (const name of await readdir('/usr/bin')) {
      if (name !== 'setpriv') await symlink(join('/usr/bin', name), join(programs, name));
    }
    process.env.PATH = programs;
    try {
      const outcome = await workshop.run(oneJob('- run: echo it runs'));
      assert.match(onlyJob(outcome).log, /^This machine (refuses|allows no).*what this user can/m);
      assert.match(onlyJob(outcome).log, /^it runs$/m);
    } finally {
      process.env.PATH = path;
    }
    assert.equal(await readFile(join(outside, 'secret'), 'utf8'), 'tenon-probe-secret');
  });
});
