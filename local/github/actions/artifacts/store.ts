import { constants, createWriteStream } from 'node:fs';
import { mkdir, open, readlink, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { WorkflowError } from '../errors.ts';
import type { ProducedArtifact } from '../types.ts';
import { isInside } from './find-files.ts';
import type { FoundFile } from './find-files.ts';

/** The artifacts of one run. */
export interface ArtifactStore {
  /** Zips the files; throws a WorkflowError for a name that is taken and for more than 50 MiB over the whole run. */
  add(name: string, files: readonly FoundFile[], allowed: readonly string[]): Promise<ProducedArtifact>;
  list(): ProducedArtifact[];
}

const MOST_BYTES_PER_RUN = 50 * 1024 * 1024;
const FORBIDDEN_IN_NAMES = /["<>|*?:\r\n\\/]/;

export function createArtifactStore(folder: string): ArtifactStore {
  const artifacts: ProducedArtifact[] = [];
  let bytesLeft = MOST_BYTES_PER_RUN;

  async function readAll(files: readonly FoundFile[], allowed: readonly string[]): Promise<ZipFile> {
    const zip = new ZipFile();
    for (const file of files) {
      const content = await readInside(file.path, allowed, bytesLeft);
      bytesLeft -= content.length;
      zip.addBuffer(content, file.entry);
    }
    zip.end();
    return zip;
  }

  return {
    list: () => [...artifacts],
    async add(name, files, allowed) {
      if (name === '' || FORBIDDEN_IN_NAMES.test(name))
        throw new WorkflowError(`"${name}" is not a valid artifact name`);
      if (artifacts.some((artifact) => artifact.name === name)) {
        throw new WorkflowError(`this run already has an artifact named ${name}`);
      }
      await mkdir(folder, { recursive: true });
      const zipPath = join(folder, `${artifacts.length + 1}.zip`);
      const zip = await readAll(files, allowed);
      try {
        await pipeline(zip.outputStream, createWriteStream(zipPath));
      } catch (error) {
        await rm(zipPath, { force: true });
        throw error;
      }
      const artifact = { name, zipPath, sizeBytes: (await stat(zipPath)).size };
      artifacts.push(artifact);
      return artifact;
    },
  };
}

/** Steps may still run in the background and swap a file for a link: so what was really opened is looked at once more. */
async function readInside(path: string, allowed: readonly string[], mostBytes: number): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => realpath(path));
    const stats = await handle.stat();
    if (!isInside(opened, allowed) || !stats.isFile()) throw new WorkflowError(`${path} leads out of the workspace`);
    if (stats.size > mostBytes) throw new WorkflowError('the artifacts of this run are larger than 50 MiB');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stats.size), 0, stats.size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
