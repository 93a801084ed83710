import type { Client } from '@temporalio/client';
import { tenonKind, tenonOrg, tenonRef } from '../core/temporal.ts';

const KEYWORD = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/**
 * Registers our search attributes where they are missing. Where the server does not allow it (Temporal Cloud), they are
 * made in its console.
 */
export async function ensureSearchAttributes({ connection, options }: Client): Promise<void> {
  const { namespace } = options;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = [tenonOrg, tenonKind, tenonRef].filter(({ name }) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  });
}
