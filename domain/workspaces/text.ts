/** What stands where a secret stood. */
const redacted = '[redacted]';

/** What a cut text ends with. */
export const truncationSuffix = '... (truncated)';

/** How many characters (UTF-16 units) of a run's output a reply carries: detail page and list. */
export const outputLimits = { detail: 20_000, list: 4_000 } as const;

/**
 * Shapes that are secrets wherever they stand: credentials in a URL, GitHub's tokens and our own, JSON web tokens, Authorization
 * headers, long bearer values, private keys.
 */
const secretShapes = [
  String.raw`(?<=:\/\/)[^\s/@:]{0,256}:[^\s/@]{1,1024}@`,
  String.raw`(?<=:\/\/)[^\s/@:]{20,1024}@`, // a token as the user's name; `git@` is none
  // The dots are those of GitHub's installation tokens that carry a JWT.
  String.raw`(?<![a-z0-9])gh[pousr]_\w+(?:[.-]+\w+)*`,
  // Glued to other text, as after a printed "\n": only what is long enough to be a token, so that `test_highs_and_lows` survives.
  String.raw`gh[pousr]_\w{16,}`,
  String.raw`github_pat_\w+`,
  String.raw`tn[kr]_[\w-]{32,}`, // API keys and refresh tokens of Tenon
  String.raw`(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*`,
  // Without its end, because the text was cut, a key goes on to the end of the text.
  String.raw`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)`,
  String.raw`authorization\\?["']?\s{0,8}[:=]\s{0,8}\\?["']?(?:(?:bearer|token|basic)\s{1,8}){1,3}[^\s"'\\,;)}\]]+`,
  String.raw`(?<![a-z0-9])bearer[ \t]+[\w.~+/=-]{16,}`,
  String.raw`(?<=[?&](?:access_)?token=)[^\s&"']+`,
];

/** `token x` in prose and logs. A JavaScript syntax error's "Unexpected token export" is not one. */
const spokenToken = String.raw`(?<!unexpected )(?<![a-z0-9])token[ \t]+[\w.~+/=-]+`;

const inCode = new RegExp(secretShapes.join('|'), 'giu');
const inOutput = new RegExp([...secretShapes, spokenToken].join('|'), 'giu');

const replaceSecret = (match: string): string => (match.endsWith('@') ? `${redacted}@` : redacted);

/**
 * A program's output without its secrets: `gh[pousr]_…`, `github_pat_…`, `tnk_…`, `Authorization: Bearer x`, `token x`, JSON web
 * tokens, private keys, passwords in URLs.
 * Linear in the length of the text: no two neighbouring repetitions share a character.
 */
export function redactSecrets(text: string): string {
  return text.replace(inOutput, replaceSecret);
}

/** As `redactSecrets`, but leaves the words `token x` alone: in source code they are nearly always prose about tokens. */
export function redactSecretsInCode(text: string): string {
  return text.replace(inCode, replaceSecret);
}

/** At most `limit` UTF-16 units, never half a surrogate pair, and the suffix when something was cut. */
export function truncate(text: string, limit: number): { text: string; truncated: boolean } {
  if (text.length <= limit) return { text, truncated: false };
  return { text: `${cut(text, limit)}${truncationSuffix}`, truncated: true };
}

const escapeCharacter = String.fromCodePoint(27);
const terminalColours = new RegExp(String.raw`${escapeCharacter}\[[0-?]*[ -/]*[@-~]`, 'gu');
const unprintable = /(?![\t\n\r])\p{Cc}|\p{Cs}/gu;

/** Without terminal colours, control characters (NUL: Postgres refuses it) and lone surrogates; tab and line ends stay. */
export function stripControl(text: string): string {
  return text.replace(terminalColours, '').replace(unprintable, '');
}

/** What a secret is long at most, private keys excepted. */
const longestSecret = 2_048;

/**
 * Untrusted output made fit to keep: no control characters, no secrets, at most `limit` units plus the suffix.
 * Looks at no more than twice the limit and a secret's length, so the cost is bounded by the limit, not by the input.
 */
export function keepableOutput(text: string, limit: number): string {
  const looked = cut(text, limit * 2 + longestSecret);
  const wasCut = looked.length < text.length;
  const clean = redactSecrets(stripControl(looked));
  const kept = truncate(wasCut ? withoutLastWord(clean) : clean, limit);
  return kept.truncated || !wasCut ? kept.text : `${kept.text}${truncationSuffix}`;
}

/** A word that a cut goes through may be half a secret, which has lost its shape. */
function withoutLastWord(text: string): string {
  const least = Math.max(0, text.length - longestSecret);
  let end = text.length;
  while (end > least && /\S/u.test(text.charAt(end - 1))) end -= 1;
  return cut(text, end);
}

function cut(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  const splitsPair = limit < text.length && last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? limit - 1 : limit);
}
