import { rm } from 'node:fs/promises';
import { makeRunFolder } from '../../support/run-folder.ts';
import { startWorld, type PartName, type World } from '../world.ts';
import { Board } from './board.ts';

export interface StruckWorld {
  readonly world: World;
  readonly board: Board;
  /** Ends every process by its id and removes the folders. */
  stop(): Promise<void>;
}

const isStruck = (name: PartName): boolean => /^(worker|api)/.test(name);

/** A world whose worker and API end themselves where a point is armed, and come back at once. */
export async function startStruckWorld(say: (line: string) => void): Promise<StruckWorld> {
  const dir = await makeRunFolder('tenon-points-');
  const removeDir = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const board = new Board(dir);
    const world = await startWorld(say, {
      reshape: (name, spec) => (isStruck(name) ? board.tapped(name, spec) : spec),
      self: (name) =>
        isStruck(name) ? { hasFired: (pid) => board.hasFired(pid), onBack: () => board.onBack(name) } : undefined,
    });
    const stop = async (): Promise<void> => {
      await world.stop();
      await removeDir();
    };
    return { world, board, stop };
  } catch (error) {
    await removeDir();
    throw error;
  }
}
