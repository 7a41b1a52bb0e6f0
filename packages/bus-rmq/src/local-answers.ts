import { encodeRpc, encodeText, encodeValue } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';

const words = {
  requestResponse: encodeText('request_response'),
  listResponse: encodeText('list_response'),
  publish: encodeText('publish'),
  sendPeer: encodeText('send_peer'),
} as const;

/** Number and the C library's text on Linux (reference/vip-zmq.md §1.7). */
const errors = {
  unreachable: [encodeText('113'), encodeText('No route to host')],
  again: [encodeText('11'), encodeText('Resource temporarily unavailable')],
} as const;

/** Refusals with a text for people, under the numbers that our router has for them. */
const refusals = {
  invalid: encodeText('-32600'),
  unauthorized: encodeText('-32001'),
  tooLong: encodeText('90'),
} as const;

export type RefusalKind = keyof typeof refusals;

/** What a failed message was. */
export interface Failed {
  readonly peer: string;
  readonly id: string;
  readonly subsystem: string;
}

const fromRouter = (user: string, id: string, subsystem: string, args: readonly Uint8Array[]): VipMessage => ({
  peer: '',
  user,
  id,
  subsystem,
  args,
});

/** Answers that a ZMQ router would give (packages/router), where the broker does its work; `user` is the asker's own. */
export const localAnswers = {
  respond: (user: string, id: string, value: number | boolean): VipMessage =>
    fromRouter(user, id, 'pubsub', [words.requestResponse, encodeValue(value)]),

  list: (user: string, id: string, rows: readonly (readonly [bus: string, prefix: string, isOwn: boolean])[]) =>
    fromRouter(user, id, 'pubsub', [words.listResponse, encodeRpc(rows)]),

  error: (user: string, kind: keyof typeof errors, { peer, id, subsystem }: Failed): VipMessage =>
    fromRouter(user, id, 'error', [...errors[kind], encodeText(peer), encodeText(subsystem)]),

  refuse: (user: string, kind: RefusalKind, text: string, { peer, id, subsystem }: Failed): VipMessage =>
    fromRouter(user, id, 'error', [refusals[kind], encodeText(text), encodeText(peer), encodeText(subsystem)]),

  /** A publication as subscribers get it; `user` is the publisher's. */
  delivery: (user: string, id: string, topic: string, body: Uint8Array): VipMessage =>
    fromRouter(user, id, 'pubsub', [words.publish, encodeText(topic), body]),

  /** A call or an answer of a peer of another platform, as routers hand it on (reference/vip-zmq.md §2.9). */
  fromPlatform: (id: string, envelope: object): VipMessage =>
    fromRouter('', id, 'external_rpc', [words.sendPeer, encodeRpc(envelope)]),
} as const;
