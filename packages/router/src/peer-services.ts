import { decodeText, encodeText, encodeValue } from '@volttron-ts/vip-core';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';

type Frames = readonly Uint8Array[];

/** Values of the `query` subsystem (reference/vip-zmq.md §2.4); unknown names answer an empty frame. */
export type QueryProperties = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** hello (§2.1): the routing id of the router and the caller's identity. */
export function answerHello(peer: Peer, message: Frames, routingId: Uint8Array): void {
  peer.send([
    frames.empty,
    frames.signature,
    peer.userFrame,
    idOf(message),
    frames.hello,
    frames.welcome,
    frames.version,
    routingId,
    peer.identityFrame,
  ]);
}

/** ping (§2.2): everything after the first argument comes back. */
export function answerPing(peer: Peer, message: Frames): void {
  const head = [frames.empty, frames.signature, peer.userFrame, idOf(message), frames.ping, frames.pong];
  peer.send([...head, ...message.slice(at.args + 1)]);
}

/**
 * peerlist (§2.3). Which bus each is on is told where there are several; else the operation is unknown, as to the
 * original's ZMQ router.
 */
export function answerPeerlist(peer: Peer, message: Frames, listed: Iterable<Peer>, hasBuses: boolean): void {
  const operation = message[at.args];
  const head = [frames.empty, frames.signature, frames.empty, idOf(message), frames.peerlist];
  if (operation === undefined) {
    peer.send([...head, frames.error, encodeText('missing operation')]);
    return;
  }
  const name = decodeText(operation);
  if (name === 'list') {
    peer.send([...head, encodeText('listing'), ...Array.from(listed, ({ identityFrame }) => identityFrame)]);
  } else if (hasBuses && name === 'list_with_messagebus') {
    const buses = Object.fromEntries(Array.from(listed, ({ identity, bus }) => [identity, bus]));
    peer.send([...head, encodeText('listing_with_messagebus'), encodeText(JSON.stringify(buses))]);
  } else peer.send([...head, frames.error, encodeText('unknown operation')]);
}

/** query (§2.4). */
export function answerQuery(peer: Peer, message: Frames, properties: QueryProperties): void {
  const name = message[at.args];
  const value = name === undefined ? undefined : lookUp(properties, decodeText(name));
  const head = [frames.empty, frames.signature, frames.empty, idOf(message), frames.query];
  peer.send([...head, frames.empty, encodeProperty(value)]);
}

const lookUp = (properties: QueryProperties, name: string): QueryProperties[string] =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;

function encodeProperty(value: QueryProperties[string]): Uint8Array {
  if (value === undefined || value === null) return frames.empty;
  if (typeof value === 'number') return encodeValue(value);
  return encodeText(typeof value === 'string' ? value : JSON.stringify(value));
}
