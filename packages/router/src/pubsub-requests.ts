import { checker, decodeText, parseLooseJson, t } from '@volttron-ts/vip-core';
import type { Subscription } from './subscription-index.ts';

/** Longest prefix and topic, in characters. */
export const MAX_TOPIC = 4096;

const Prefixes = t.Union([t.String({ maxLength: MAX_TOPIC }), t.Array(t.String({ maxLength: MAX_TOPIC }))]);
const Bus = t.String({ maxLength: 255 });
const Named = t.Object({ prefix: t.Union([Prefixes, t.Null()]), bus: Bus });

const asSubscribe = checker(t.Object({ prefix: Prefixes, bus: Bus }));
const asUnsubscribe = checker(
  t.Union([Named, t.Object({ internal: Named }), t.Object({ all: Named }), t.Object({ internal: Named, all: Named })]),
);
const asSynchronize = checker(
  t.Object({ subscriptions: t.Record(t.String(), t.Record(Bus, t.Array(t.String({ maxLength: MAX_TOPIC })))) }),
);
const asList = checker(
  t.Object({
    prefix: t.String({ default: '' }),
    bus: t.Union([Bus, t.Null()], { default: '' }),
    subscribed: t.Boolean({ default: true }),
    reverse: t.Boolean({ default: false }),
  }),
);

const parse = (frame: Uint8Array | undefined): unknown =>
  frame === undefined ? undefined : parseLooseJson(decodeText(frame));

const list = (prefix: string | readonly string[]): readonly string[] =>
  typeof prefix === 'string' ? [prefix] : prefix;

/** `{"prefix": text or texts, "bus": ""}` (reference/vip-zmq.md §2.7.1). Throws VipError, as all readers here. */
export function readSubscribe(frame: Uint8Array | undefined): Subscription[] {
  const { prefix, bus } = asSubscribe(parse(frame), 'the body of a subscribe');
  return list(prefix).map((text) => ({ bus, prefix: text }));
}

/** What an unsubscribe takes away: prefixes of a bus, or with null all of that bus (§2.7.2). */
export interface Unsubscribe {
  readonly bus: string;
  readonly prefixes: readonly string[] | null;
}

export function readUnsubscribe(frame: Uint8Array | undefined): Unsubscribe[] {
  const body = asUnsubscribe(parse(frame), 'the body of an unsubscribe');
  const named = 'prefix' in body ? [body] : Object.values(body);
  return named.map(({ prefix, bus }) => ({ bus, prefixes: prefix === null ? null : list(prefix) }));
}

/** All of the caller's subscriptions (§2.7.5); those for all platforms are local ones too. */
export function readSynchronize(frame: Uint8Array | undefined): Subscription[] {
  const { subscriptions } = asSynchronize(parse(frame), 'the body of a synchronize');
  return Object.values(subscriptions).flatMap((buses) =>
    Object.entries(buses).flatMap(([bus, prefixes]) => prefixes.map((prefix) => ({ bus, prefix }))),
  );
}

/** Which subscriptions to list (§2.7.4). */
export interface ListRequest {
  readonly prefix: string;
  readonly bus: string | null;
  readonly subscribed: boolean;
  readonly reverse: boolean;
}

export function readList(frame: Uint8Array | undefined): ListRequest {
  return asList(parse(frame), 'the body of a list');
}
