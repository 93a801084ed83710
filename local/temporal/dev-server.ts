/** Keyword search attributes that every workflow carries. */
export const searchAttributes = ['TenonOrg', 'TenonKind', 'TenonRef'] as const;

export interface DevServerOptions {
  readonly port: number;
  /** Web UI; undefined: none. */
  readonly uiPort?: number;
  /** SQLite file; undefined: in memory. */
  readonly dbFile?: string;
  /** In tests timers fire as close to their time as possible. */
  readonly exactTimers?: boolean;
}

/** Arguments of `temporal` for a dev server with the settings of DESIGN 8; the same at every start. */
export function devServerArgs({ port, uiPort, dbFile, exactTimers = false }: DevServerOptions): string[] {
  const dynamic = [
    'history.transferProcessorMaxPollRPS=2000', // the default makes each hop wait 50 ms
    'system.enableActivityEagerExecution=true',
    'matching.enableFairness=true', // with one partition each way, else it is fair only within a partition
    'matching.numTaskqueueReadPartitions=1',
    'matching.numTaskqueueWritePartitions=1',
    ...(exactTimers ? ['history.timerProcessorMaxTimeShift="10ms"'] : []),
  ];
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--log-level=warn',
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', '127.0.0.1', '--ui-port', String(uiPort)]),
    ...(dbFile === undefined
      ? []
      : ['--db-filename', dbFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=OFF']),
    ...dynamic.flatMap((value) => ['--dynamic-config-value', value]),
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}
