import { readFileSync } from 'node:fs';
import { readArtifact } from '../../adapters/artifacts/index.ts';

/** Reads the archives named on the command line, one after the other, and says a line of JSON for each: see memory.test.ts. */
export interface Seen {
  /** `passed/failed` or the error's code. */
  readonly verdict: string;
  readonly stdoutChars: number;
  /** Whether the output is text that UTF-8 can hold, without control characters. */
  readonly clean: boolean;
  /** The most memory that the process has had so far. */
  readonly peakMebibytes: number;
}

for (const path of process.argv.slice(2)) {
  const verdict = await readArtifact('tenon-test-results', readFileSync(path));
  const results = verdict.kind === 'parsed' ? verdict.results : null;
  const output = `${results?.stdout ?? ''}${results?.stderr ?? ''}`;
  const seen: Seen = {
    verdict: results
      ? `${results.passed}/${results.failed}`
      : verdict.kind === 'unreadable'
        ? verdict.errorCode
        : verdict.kind,
    stdoutChars: results?.stdout.length ?? 0,
    clean: Buffer.from(output).toString() === output && !/(?![\t\n\r])\p{Cc}/u.test(output),
    peakMebibytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}
