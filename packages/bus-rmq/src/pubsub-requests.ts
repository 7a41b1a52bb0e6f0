import { checker, decodeText, InvalidValueError, parseLooseJson, t } from '@volttron-ts/vip-core';

/** What an agent wants to hear of. */
export interface Subscription {
  readonly bus: string;
  readonly prefix: string;
  readonly allPlatforms: boolean;
  /** The name of a queue that goes on to collect while the agent is away (reference/rmq-web-csr.md §1.4). */
  readonly persistentQueue: string | undefined;
}

const Prefixes = t.Union([t.String(), t.Array(t.String())]);
const Bus = t.String({ maxLength: 255 });
const Named = t.Object({ prefix: t.Union([Prefixes, t.Null()]), bus: Bus });
const QueueName = t.String({ minLength: 1, maxLength: 100 });

const asSubscribe = checker(
  t.Object({
    prefix: Prefixes,
    bus: Bus,
    all_platforms: t.Boolean({ default: false }),
    persistent_queue: t.Optional(t.Union([QueueName, t.Null()])),
  }),
);
const asUnsubscribe = checker(
  t.Union([Named, t.Object({ internal: Named }), t.Object({ all: Named }), t.Object({ internal: Named, all: Named })]),
);
const asSynchronize = checker(t.Object({ subscriptions: t.Record(t.String(), t.Record(Bus, t.Array(t.String()))) }));
const asList = checker(
  t.Object({
    prefix: t.String({ default: '' }),
    bus: t.Union([Bus, t.Null()], { default: '' }),
    reverse: t.Boolean({ default: false }),
    all_platforms: t.Boolean({ default: false }),
  }),
);

const parse = (frame: Uint8Array | undefined): unknown =>
  frame === undefined ? undefined : parseLooseJson(decodeText(frame));

const list = (prefix: string | readonly string[]): readonly string[] =>
  typeof prefix === 'string' ? [prefix] : prefix;

/** C ends a text at that character, so that peers would see another topic than the one that was checked. */
export function checkTopic(topic: string, item: 'topic' | 'prefix' = 'topic'): string {
  if (!topic.includes('\u0000')) return topic;
  throw new InvalidValueError(item, topic.slice(0, 80), `A ${item} cannot hold the character U+0000.`);
}

/** The body of a `subscribe` as routers read it (reference/vip-zmq.md §2.7.1). Throws VipError, as all readers here. */
export function readSubscribe(frame: Uint8Array | undefined): Subscription[] {
  const body = asSubscribe(parse(frame), 'the body of a subscribe');
  return list(body.prefix).map((prefix) => ({
    bus: body.bus,
    prefix: checkTopic(prefix, 'prefix'),
    allPlatforms: body.all_platforms,
    persistentQueue: body.persistent_queue ?? undefined,
  }));
}

/** What an unsubscribe takes away: prefixes of a bus, or with null all of that bus (§2.7.2). */
export interface Unsubscribe {
  readonly bus: string;
  readonly prefixes: readonly string[] | null;
  readonly allPlatforms: boolean;
}

export function readUnsubscribe(frame: Uint8Array | undefined): Unsubscribe[] {
  const body = asUnsubscribe(parse(frame), 'the body of an unsubscribe');
  const named = 'prefix' in body ? { internal: body } : body;
  return Object.entries(named).map(([platforms, { prefix, bus }]) => ({
    bus,
    prefixes: prefix === null ? null : list(prefix),
    allPlatforms: platforms === 'all',
  }));
}

/** All of the agent's subscriptions but those with a persistent queue (§2.7.5). */
export function readSynchronize(frame: Uint8Array | undefined): Subscription[] {
  const { subscriptions } = asSynchronize(parse(frame), 'the body of a synchronize');
  return Object.entries(subscriptions).flatMap(([platforms, buses]) =>
    Object.entries(buses).flatMap(([bus, prefixes]) =>
      prefixes.map((prefix) => ({
        bus,
        prefix: checkTopic(prefix, 'prefix'),
        allPlatforms: platforms === 'all',
        persistentQueue: undefined,
      })),
    ),
  );
}

/** Which subscriptions to list (§2.7.4). */
export interface ListRequest {
  readonly prefix: string;
  readonly bus: string | null;
  readonly reverse: boolean;
  readonly allPlatforms: boolean;
}

export function readList(frame: Uint8Array | undefined): ListRequest {
  const { all_platforms: allPlatforms, ...request } = asList(parse(frame), 'the body of a list');
  return { ...request, allPlatforms };
}
