import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync } from 'node:zlib';
import { ZipFile } from 'yazl';

/** An honest zip, as an upload makes it. */
export async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), path);
  zip.end();
  return buffer(zip.outputStream);
}

/** What a header says of an entry. */
type Claims = {
  name: string | Buffer;
  flags: number;
  /** Compression: 0 stored, 8 deflated. */
  method: number;
  crc: number;
  packedBytes: number;
  declaredBytes: number;
  extra: Buffer;
};

/** An entry of a zip written byte by byte: every field may lie. */
export type RawEntry = Partial<Omit<Claims, 'name'>> & {
  name: string | Buffer;
  content?: string | Buffer;
  stored?: boolean;
  unixMode?: number;
  /** Where its local header says something else than the central directory. */
  local?: Partial<Claims>;
  /** What stands after the data. */
  tail?: Buffer;
  /** No local part of its own: that of the entry with this index. */
  sharesDataOf?: number;
};

export type RawZip = {
  declaredEntries?: number;
  /** Written before the first entry; offsets do not count it. */
  before?: Buffer;
  /** Written after the end. */
  after?: Buffer;
  /** Whether the end of the directory is told by a zip64 record too, and the 32-bit fields are all ones. */
  zip64?: boolean;
};

/** A zip that says what it is told to say. */
export function rawZip(entries: readonly RawEntry[], options: RawZip = {}): Buffer {
  const { declaredEntries = entries.length, before = empty, after = empty, zip64 = false } = options;
  const locals: Buffer[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (const entry of entries) {
    offsets.push(entry.sharesDataOf === undefined ? offset : (offsets[entry.sharesDataOf] ?? 0));
    if (entry.sharesDataOf !== undefined) continue;
    const { data, ...claims } = claimsOf(entry);
    const local = Buffer.concat([u32(0x04034b50), u16(20), header({ ...claims, ...entry.local }), data]);
    locals.push(local, entry.tail ?? empty);
    offset += local.length + (entry.tail?.length ?? 0);
  }
  const directory = Buffer.concat(entries.map((entry, index) => centralHeader(entry, offsets[index] ?? 0)));
  const end = zip64
    ? zip64End(declaredEntries, directory.length, offset)
    : [u32(0x06054b50), u16(0), u16(0), u16(declaredEntries), u16(declaredEntries), u32(directory.length), u32(offset)];
  return Buffer.concat([before, ...locals, directory, ...end, u16(0), after]);
}

const empty = Buffer.alloc(0);

function claimsOf(entry: RawEntry): Claims & { data: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const data = entry.stored === true ? content : deflateRawSync(content);
  return {
    name: entry.name,
    flags: entry.flags ?? 0x800,
    method: entry.method ?? (entry.stored === true ? 0 : 8),
    crc: entry.crc ?? crc32(content),
    packedBytes: entry.packedBytes ?? data.length,
    declaredBytes: entry.declaredBytes ?? content.length,
    extra: entry.extra ?? empty,
    data,
  };
}

/** The part that local and central headers share, and in a local one all that is left. */
function header(claims: Claims, between: Buffer = empty): Buffer {
  const { flags, method, crc, packedBytes, declaredBytes, extra } = claims;
  const name = Buffer.from(claims.name);
  const head = [u16(flags), u16(method), u16(0), u16(0x21), u32(crc), u32(packedBytes), u32(declaredBytes)];
  return Buffer.concat([...head, u16(name.length), u16(extra.length), between, name, extra]);
}

function centralHeader(entry: RawEntry, offset: number): Buffer {
  const attributes = u32(((entry.unixMode ?? 0o100644) << 16) >>> 0);
  // comment length, disk, internal attributes; then the external ones and where the local header stands
  const between = Buffer.concat([u16(0), u16(0), u16(0), attributes, u32(offset)]);
  return Buffer.concat([u32(0x02014b50), u16((3 << 8) | 20), u16(20), header(claimsOf(entry), between)]);
}

function zip64End(entries: number, directoryBytes: number, offset: number): Buffer[] {
  const record = [u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(entries), u64(entries)];
  const locator = [u32(0x07064b50), u32(0), u64(offset + directoryBytes), u32(1)];
  const ones = [u16(0xffff), u16(0xffff), u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff)];
  return [...record, u64(directoryBytes), u64(offset), ...locator, u32(0x06054b50), ...ones];
}

/** The sizes of an entry as zip64 tells them: an extra field that is read where the 32-bit fields are all ones. */
export function zip64Sizes(declaredBytes: number, packedBytes: number): Buffer {
  return Buffer.concat([u16(1), u16(16), u64(declaredBytes), u64(packedBytes)]);
}

/** What follows the data of an entry whose sizes were not known when its header was written. */
export function dataDescriptor(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([u32(0x08074b50), u32(crc32(bytes)), u32(deflateRawSync(bytes).length), u32(bytes.length)]);
}

/** The extra field by which archivers tell a name in Unicode: it counts where its checksum is that of the plain name. */
export function unicodePath(plainName: string, name: string): Buffer {
  const text = Buffer.from(name);
  return Buffer.concat([u16(0x7075), u16(5 + text.length), Buffer.of(1), u32(crc32(Buffer.from(plainName))), text]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
