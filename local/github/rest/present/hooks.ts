import type { Base } from '../../base.ts';
import { githubTime } from '../../links.ts';
import type { HookRecord, Repository } from '../../state.ts';
import type { Delivery } from '../../webhooks/deliveries.ts';

/** The API address of a hook: below its repository, or below the organisation. */
export function hookApi(base: Base, hook: HookRecord, repository?: Repository): string {
  const owner = repository ? base.links.repositoryApi(repository) : `${base.links.apiUrl}/orgs/${base.org}`;
  return `${owner}/hooks/${hook.id}`;
}

/** GitHub's `hook` (of a repository) or `org-hook`. The secret is never shown. */
export function presentHook(base: Base, hook: HookRecord, repository?: Repository): Record<string, unknown> {
  const api = hookApi(base, hook, repository);
  const common = {
    type: repository ? 'Repository' : 'Organization',
    id: hook.id,
    name: 'web',
    active: hook.active,
    events: hook.events,
    config: {
      url: hook.url,
      content_type: 'json',
      insecure_ssl: '0',
      ...(hook.secret && { secret: '********' }),
    },
    updated_at: githubTime(hook.updatedAt),
    created_at: githubTime(hook.createdAt),
    url: api,
    ping_url: `${api}/pings`,
    deliveries_url: `${api}/deliveries`,
  };
  return repository ? { ...common, test_url: `${api}/test`, last_response: hook.lastResponse } : common;
}

/** GitHub's `hook-delivery-item`. */
export function presentDeliveryItem(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: githubTime(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** GitHub's `hook-delivery`. */
export function presentDelivery(hook: HookRecord, delivery: Delivery): Record<string, unknown> {
  return {
    ...presentDeliveryItem(delivery),
    url: hook.url,
    request: { headers: delivery.requestHeaders, payload: delivery.payload },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}
