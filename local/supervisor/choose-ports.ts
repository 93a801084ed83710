import { anyFreePort, isFree } from '../ports.ts';

/** Ports by what they are for. */
export type Ports<Name extends string> = Readonly<Record<Name, number>>;

const NEIGHBOURS = 40;

/**
 * A free port for each purpose: that of the last run (addresses in the state stay true), else the usual one, else one
 * just above it: ports that the system gives away by itself may be an outgoing connection's at the next start.
 * `say` hears of each that had to move.
 */
export async function choosePorts<Name extends string>(
  usual: Ports<Name>,
  last: Partial<Ports<Name>>,
  say: (line: string) => void,
): Promise<Ports<Name>> {
  const chosen = new Map<Name, number>();
  for (const name of Object.keys(usual) as Name[]) {
    const wanted = last[name] ?? usual[name];
    const others = Object.values<number>(usual).filter((port) => port !== usual[name]);
    const above = Array.from({ length: NEIGHBOURS }, (_, index) => usual[name] + 1 + index);
    const candidates = [wanted, usual[name], ...above.filter((port) => !others.includes(port))];
    const port = await firstFree(candidates, [...chosen.values()]);
    if (port !== wanted) say(`Port ${wanted} is busy: ${name} uses ${port}.`);
    chosen.set(name, port);
  }
  return Object.fromEntries(chosen) as Ports<Name>;
}

/** Whether a start failed because somebody else took a port after it was chosen: a component says so, or it is still in use. */
export async function lostPort(error: unknown, ports: Ports<string>): Promise<boolean> {
  if (error instanceof Error && /address already in use/i.test(error.message)) return true; // who took it may be gone again
  for (const port of Object.values(ports)) if (!(await isFree(port))) return true;
  return false;
}

async function firstFree(candidates: readonly number[], taken: readonly number[]): Promise<number> {
  for (const port of candidates) if (!taken.includes(port) && (await isFree(port))) return port;
  for (;;) {
    const port = await anyFreePort();
    if (!taken.includes(port)) return port;
  }
}
