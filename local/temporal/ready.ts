import { Connection } from '@temporalio/client';

export interface ServerAddress {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string | undefined;
  readonly tls?: boolean;
}

/** True when the Temporal server answers for this namespace. */
export async function answersFor({ address, namespace, apiKey, tls = false }: ServerAddress): Promise<boolean> {
  const connection = await Connection.connect({
    address,
    tls: tls || apiKey !== undefined,
    ...(apiKey !== undefined && { apiKey }),
    connectTimeout: 2_000,
    channelArgs: { 'grpc.enable_http_proxy': 0 },
  });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } finally {
    await connection.close();
  }
}
