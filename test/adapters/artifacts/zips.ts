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

/** An entry of a zip written byte by byte: every field may lie. */
export type RawEntry = {
  name: string;
  content?: string | Buffer;
  stored?: boolean;
  flags?: number;
  crc?: number;
  declaredBytes?: number;
  unixMode?: number;
};

/** A zip that says what it is told to say. */
export function rawZip(entries: readonly RawEntry[], { declaredEntries = entries.length } = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { name, data, fields } = fieldsOf(entry);
    const local = Buffer.concat([u32(0x04034b50), u16(20), fields, name, data]);
    const attributes = u32(((entry.unixMode ?? 0o100644) << 16) >>> 0);
    // comment length, disk, internal attributes; then the external ones and where the local header stands
    central.push(
      u32(0x02014b50),
      u16((3 << 8) | 20),
      u16(20),
      fields,
      u16(0),
      u16(0),
      u16(0),
      attributes,
      u32(offset),
      name,
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = [u32(0x06054b50), u16(0), u16(0), u16(declaredEntries), u16(declaredEntries), u32(directory.length)];
  return Buffer.concat([...locals, directory, ...end, u32(offset), u16(0)]);
}

function fieldsOf(entry: RawEntry): { name: Buffer; data: Buffer; fields: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const name = Buffer.from(entry.name);
  const data = entry.stored === true ? content : deflateRawSync(content);
  const method = entry.stored === true ? 0 : 8;
  const size = entry.declaredBytes ?? content.length;
  const head = [u16(entry.flags ?? 0x800), u16(method), u16(0), u16(0x21), u32(entry.crc ?? crc32(content))];
  return { name, data, fields: Buffer.concat([...head, u32(data.length), u32(size), u16(name.length), u16(0)]) };
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
