import { checker, decodeText, parseLooseJson, readSubscribe, t } from '@volttron-ts/vip-core';
import type { RequestedSubscription } from '@volttron-ts/vip-core';

/** What an agent wants to hear of. */
export interface Subscription extends RequestedSubscription {
  /** The name of a queue that goes on to collect while the agent is away (reference/rmq-web-csr.md §1.4). */
  readonly persistentQueue: string | undefined;
}

const QueueName = t.String({ minLength: 1, maxLength: 100 });
const asPersistent = checker(t.Object({ persistent_queue: t.Optional(t.Union([QueueName, t.Null()])) }));

/** The body of a `subscribe`, with the queue that only this bus has. Throws VipError. */
export function readQueueSubscribe(frame: Uint8Array | undefined): Subscription[] {
  const subscriptions = readSubscribe(frame);
  const body = parseLooseJson(decodeText(frame ?? new Uint8Array()));
  const persistentQueue = asPersistent(body, 'the body of a subscribe').persistent_queue ?? undefined;
  return subscriptions.map((subscription) => ({ ...subscription, persistentQueue }));
}
