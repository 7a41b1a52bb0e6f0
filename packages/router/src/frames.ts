import { encodeText, SIGNATURE } from '@volttron-ts/vip-core';

/** Frames that are the same in every message. */
export const frames = {
  empty: new Uint8Array(0),
  signature: encodeText(SIGNATURE),
  pubsub: encodeText('pubsub'),
  publish: encodeText('publish'),
  requestResponse: encodeText('request_response'),
  listResponse: encodeText('list_response'),
  error: encodeText('error'),
  peerlist: encodeText('peerlist'),
  add: encodeText('add'),
  drop: encodeText('drop'),
  hello: encodeText('hello'),
  welcome: encodeText('welcome'),
  version: encodeText('1.0'),
  ping: encodeText('ping'),
  pong: encodeText('pong'),
  query: encodeText('query'),
  externalPublish: encodeText('external_publish'),
  externalList: encodeText('external_list'),
  externalRpc: encodeText('external_rpc'),
  sendPeer: encodeText('send_peer'),
  routingTable: encodeText('routing_table'),
  zmq: encodeText('zmq'),
  rmq: encodeText('rmq'),
} as const;

/** Positions in the DEALER's view (reference/vip-zmq.md §1.2). */
export const at = { peer: 0, signature: 1, user: 2, id: 3, subsystem: 4, args: 5 } as const;

/** The id of a message; blank when it has none. */
export const idOf = (message: readonly Uint8Array[]): Uint8Array => message[at.id] ?? frames.empty;

const QUOTE = 0x22;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The id as an error carries it. Python callers read an id that is a bare number as a number and cannot match it; in
 * JSON quotes they recover the text (reference/vip-zmq.md §9, rule 3).
 */
export function errorId(id: Uint8Array): Uint8Array {
  if (id.length === 0 || id.length > 64) return id;
  let text = '';
  for (const byte of id) text += String.fromCharCode(byte);
  if (!NUMBER.test(text)) return id;
  const quoted = new Uint8Array(id.length + 2);
  quoted.fill(QUOTE);
  quoted.set(id, 1);
  return quoted;
}
