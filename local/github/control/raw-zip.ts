import { crc32, deflateRawSync } from 'node:zlib';

export interface RawZipEntry {
  /** Written as it is: `../x`, absolute and doubled names included, which no zip library would write. */
  path: string;
  data: Buffer;
  /** What the archive claims instead of the true size. */
  declaredSizeBytes?: number;
  /** Unix mode, for example 0o120777 for a symbolic link. */
  mode?: number;
}

const regularFile = 0o100644;
const dosDate = 0x5c21; // 2026-01-01

function fields(entry: RawZipEntry, packed: Buffer): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed
  common.writeUInt16LE(0x0800, 2); // names are UTF-8
  common.writeUInt16LE(8, 4); // deflate
  common.writeUInt16LE(0, 6);
  common.writeUInt16LE(dosDate, 8);
  common.writeUInt32LE(crc32(entry.data), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(entry.declaredSizeBytes ?? entry.data.length, 18);
  common.writeUInt16LE(Buffer.byteLength(entry.path), 22);
  common.writeUInt16LE(0, 24);
  return common;
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function centralHeader(entry: RawZipEntry, common: Buffer, offset: number): Buffer {
  const madeBy = Buffer.from([30, 3]); // Unix
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(((entry.mode ?? regularFile) << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([signature(0x02014b50), madeBy, common, rest, Buffer.from(entry.path)]);
}

/** A zip archive with any entries at all, for tests of those who read archives from strangers. */
export function rawZip(entries: readonly RawZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const packed = deflateRawSync(entry.data);
    const common = fields(entry, packed);
    const local = Buffer.concat([signature(0x04034b50), common, Buffer.from(entry.path), packed]);
    centrals.push(centralHeader(entry, common, offset));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, signature(0x06054b50), end]);
}
