import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { writeWhole } from '../files.ts';

const FILE = /^(\d{8}T\d{9}Z-[0-9a-f]{8})\.eml$/;

/** A mail as scripts and the page see it. */
export interface Message {
  readonly id: string;
  /** Those it was really delivered to (the envelope), not what its header says. */
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly text: string;
  readonly html: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Mails as files in one folder; their names sort by time. */
export interface MailStore {
  keep(raw: Buffer, envelope: Envelope): Promise<string>;
  /** Newest first. `to` compares whole addresses, in any case of letters. */
  list(to?: string): Promise<Message[]>;
  read(id: string): Promise<Message | undefined>;
  raw(id: string): Promise<Buffer | undefined>;
  clear(): Promise<void>;
}

/** Opens the folder, making it when it is missing. */
export async function openMailStore(dir: string): Promise<MailStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ids = async (): Promise<string[]> =>
    (await readdir(dir))
      .flatMap((name) => FILE.exec(name)?.[1] ?? [])
      .sort()
      .reverse();
  const raw = async (id: string): Promise<Buffer | undefined> =>
    FILE.test(`${id}.eml`) ? readFile(join(dir, `${id}.eml`)).catch(() => undefined) : undefined;
  const read = async (id: string): Promise<Message | undefined> => {
    const content = await raw(id);
    return content && parse(id, content);
  };
  return {
    raw,
    read,
    async keep(content, envelope) {
      const time = new Date().toISOString().replaceAll(/[-:.]/g, '');
      const id = `${time}-${randomBytes(4).toString('hex')}`;
      await writeWhole(join(dir, `${id}.eml`), Buffer.concat([envelopeHeader(envelope), content]));
      return id;
    },
    async list(to) {
      const wanted = to?.trim().toLowerCase();
      const messages = await Promise.all((await ids()).map(read));
      return messages
        .filter((message) => message !== undefined)
        .filter(({ to: addresses }) => {
          return wanted === undefined || addresses.some((address) => address.toLowerCase() === wanted);
        });
    },
    async clear() {
      for (const id of await ids()) await rm(join(dir, `${id}.eml`), { force: true });
    },
  };
}

/** What a mail server adds on delivery; the first such lines in the file are ours. */
function envelopeHeader({ from, to }: Envelope): Buffer {
  const clean = (address: string): string => address.replaceAll(/[\r\n]/g, '');
  const lines = [
    `Return-Path: <${clean(from)}>`,
    ...to.map((address) => `Delivered-To: ${clean(address)}`),
    'X-Envelope-End: yes',
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
}

async function parse(id: string, content: Buffer): Promise<Message> {
  const mail = await PostalMime.parse(content);
  const end = mail.headers.findIndex(({ key }) => key === 'x-envelope-end');
  const to = mail.headers.slice(0, Math.max(end, 0)).filter(({ key }) => key === 'delivered-to');
  const [, year, month, day, hour, minute, second, ms] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})/.exec(id) ?? [];
  return {
    id,
    to: to.map(({ value }) => value),
    from: mail.from?.address ?? '',
    subject: mail.subject ?? '',
    receivedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`,
    text: mail.text ?? '',
    html: mail.html ?? '',
  };
}
