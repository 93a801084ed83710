import { githubDotCom, unlimited, type WriteLimits, type WriteWindow } from '../../domain/github/write-limits.ts';
import { SettingsError } from './settings-error.ts';

const NAME = 'TENON_GITHUB_WRITE_LIMITS';
const SENTENCE = `${NAME} must be off, or writes/seconds with commas, e.g. 80/60,500/3600,1/1; 1/1 keeps writes a second apart.`;
const MOST_WRITES = 100_000;
/** Turns are kept for a day, see worker/sweeps.ts. */
const LONGEST_SECONDS = 3_600;

/**
 * `80/60,500/3600,1/1`: at most 80 a minute and 500 an hour, a second apart. By default what github.com documents there, and nothing on
 * an Enterprise server. @throws {SettingsError} also where github.com would be given more than it allows
 */
export function readWriteLimits(text: string | undefined, apiBase: string): WriteLimits {
  const isDotCom = /(^|\.)(github\.com|ghe\.com)$/.test(new URL(apiBase).hostname);
  if (text === undefined) return isDotCom ? githubDotCom : unlimited;
  const limits = text === 'off' ? unlimited : parse(text);
  if (isDotCom && !githubDotCom.windows.every((window) => isWithin(limits, window)))
    throw new SettingsError(`${NAME} may ask less of github.com than 80/60,500/3600, not more.`);
  return limits;
}

function parse(text: string): WriteLimits {
  const parts = text.split(',').map((part): WriteWindow => {
    const [, most, seconds] = /^(\d{1,6})\/(\d{1,4})$/.exec(part.trim()) ?? [];
    const window = { most: Number(most), spanMs: Number(seconds) * 1_000 };
    const isSane = window.most >= 1 && window.most <= MOST_WRITES && Number(seconds) >= 1;
    if (!isSane || Number(seconds) > LONGEST_SECONDS) throw new SettingsError(SENTENCE);
    return window;
  });
  return {
    windows: parts.filter(({ most }) => most > 1),
    spacingMs: Math.max(0, ...parts.filter(({ most }) => most === 1).map(({ spanMs }) => spanMs)),
  };
}

function isWithin({ windows }: WriteLimits, { most, spanMs }: WriteWindow): boolean {
  return windows.some((window) => window.most <= most && window.spanMs >= spanMs);
}
