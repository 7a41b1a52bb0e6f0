import { checker, decodeText, MAX_TOPIC, parseLooseJson, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { RemoteInstance } from './external-platform.ts';

const Name = t.String({ minLength: 1, maxLength: 255 });

const ExternalCall = t.Object({
  to_platform: Name,
  to_peer: Name,
  from_platform: t.String({ default: '', maxLength: 255 }),
  from_peer: t.String({ default: '', maxLength: 255 }),
  args: t.Array(t.Unknown(), { default: [] }),
});
const asCall = checker(ExternalCall);
const asInstance = checker(t.Object({ 'instance-name': Name, serverkey: t.String(), 'vip-address': t.String() }));
const asList = checker(t.Record(t.String(), t.Array(t.String({ maxLength: MAX_TOPIC }))));

const parse = (frame: Uint8Array | undefined): unknown =>
  frame === undefined ? undefined : parseLooseJson(decodeText(frame));

/** A call between agents of two platforms (reference/vip-zmq.md §2.9); `args` are JSON-RPC texts. */
export type ExternalCall = Static<typeof ExternalCall>;

/** Throws VipError, as all readers here. */
export function readExternalCall(frame: Uint8Array | undefined): ExternalCall {
  return asCall(parse(frame), 'the body of an external RPC');
}

/** The body of `normalmode_platform_connection` (§2.8), of which discovery may hold more. */
export function readRemoteInstance(frame: Uint8Array | undefined): RemoteInstance {
  const given = asInstance(parse(frame), 'the description of a platform');
  return { instance: given['instance-name'], serverkey: given.serverkey, address: given['vip-address'] };
}

/** Prefixes by the platform that wants them. */
export function readExternalList(frame: Uint8Array | undefined): Readonly<Record<string, readonly string[]>> {
  return asList(parse(frame), 'the body of an external_list');
}
