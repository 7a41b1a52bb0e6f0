import { parseLooseJson } from './loose-json.ts';
import { checker, t } from './schema.ts';
import { decodeText } from './text.ts';
import { checkTopic } from './topic-text.ts';

/** What a peer wants to hear of; `bus` is almost always `''`. */
export interface RequestedSubscription {
  readonly bus: string;
  readonly prefix: string;
  /** Also what other platforms publish. */
  readonly allPlatforms: boolean;
}

const Prefixes = t.Union([t.String(), t.Array(t.String())]);
const Bus = t.String({ maxLength: 255 });
const Named = t.Object({ prefix: t.Union([Prefixes, t.Null()]), bus: Bus });

const asSubscribe = checker(t.Object({ prefix: Prefixes, bus: Bus, all_platforms: t.Boolean({ default: false }) }));
const asUnsubscribe = checker(
  t.Union([Named, t.Object({ internal: Named }), t.Object({ all: Named }), t.Object({ internal: Named, all: Named })]),
);
const asSynchronize = checker(t.Object({ subscriptions: t.Record(t.String(), t.Record(Bus, t.Array(t.String()))) }));
const asList = checker(
  t.Object({
    prefix: t.String({ default: '' }),
    bus: t.Union([Bus, t.Null()], { default: '' }),
    subscribed: t.Boolean({ default: true }),
    reverse: t.Boolean({ default: false }),
    all_platforms: t.Boolean({ default: false }),
  }),
);

const parse = (frame: Uint8Array | undefined): unknown =>
  frame === undefined ? undefined : parseLooseJson(decodeText(frame));

const list = (prefix: string | readonly string[]): readonly string[] =>
  typeof prefix === 'string' ? [prefix] : prefix;

/**
 * `{"prefix": text or texts, "bus": "", "all_platforms": false}` (reference/vip-zmq.md §2.7.1). Throws VipError, as all
 * readers here.
 */
export function readSubscribe(frame: Uint8Array | undefined): RequestedSubscription[] {
  const { prefix, bus, all_platforms: allPlatforms } = asSubscribe(parse(frame), 'the body of a subscribe');
  return list(prefix).map((text) => ({ bus, prefix: checkTopic(text, 'prefix'), allPlatforms }));
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

/** All of the caller's subscriptions (§2.7.5). */
export function readSynchronize(frame: Uint8Array | undefined): RequestedSubscription[] {
  const { subscriptions } = asSynchronize(parse(frame), 'the body of a synchronize');
  return Object.entries(subscriptions).flatMap(([platforms, buses]) =>
    Object.entries(buses).flatMap(([bus, prefixes]) =>
      prefixes.map((text) => ({ bus, prefix: checkTopic(text, 'prefix'), allPlatforms: platforms === 'all' })),
    ),
  );
}

/** Which subscriptions to list (§2.7.4). */
export interface ListRequest {
  readonly prefix: string;
  readonly bus: string | null;
  readonly subscribed: boolean;
  readonly reverse: boolean;
  readonly allPlatforms: boolean;
}

export function readList(frame: Uint8Array | undefined): ListRequest {
  const { all_platforms: allPlatforms, ...request } = asList(parse(frame), 'the body of a list');
  return { ...request, allPlatforms };
}
