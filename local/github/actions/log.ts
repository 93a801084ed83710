/** The log of one job: what it says up to the cap is kept, the rest is counted. */
export interface JobLog {
  write: (text: string) => void;
  line: (text: string) => void;
  /** A line as GitHub marks errors. */
  error: (message: string) => void;
  text: () => string;
}

const LONGEST_LOG_BYTES = 1024 * 1024;
/** What stays free for the line that tells how much is missing. */
const LAST_LINE_BYTES = 100;

export function createJobLog(): JobLog {
  const kept: string[] = [];
  let bytesLeft = LONGEST_LOG_BYTES - LAST_LINE_BYTES;
  let bytesDropped = 0;

  function write(text: string): void {
    const bytes = Buffer.from(text);
    if (bytes.length <= bytesLeft) kept.push(text);
    // A cut in the middle of a letter leaves a replacement character, which is longer than what it replaces by two bytes.
    else if (bytesLeft > 0) kept.push(bytes.subarray(0, bytesLeft).toString());
    bytesDropped += Math.max(0, bytes.length - bytesLeft);
    bytesLeft = Math.max(0, bytesLeft - bytes.length);
  }

  const line = (text: string): void => write(`${text}\n`);
  return {
    write,
    line,
    error: (message) => line(`##[error]${message}`),
    text: () => kept.join('') + (bytesDropped > 0 ? `\n[${bytesDropped} more bytes are not kept]\n` : ''),
  };
}
