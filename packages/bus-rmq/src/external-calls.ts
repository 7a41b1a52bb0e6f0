import { checker, decodeText, encodeText, equalsAscii, parseLooseJson, t, VipError } from '@volttron-ts/vip-core';
import type { QualifiedMessage } from './amqp-message.ts';
import { splitQualified } from './names.ts';

const asCall = checker(
  t.Object({
    to_platform: t.String({ minLength: 1, maxLength: 100 }),
    to_peer: t.String({ minLength: 1, maxLength: 255 }),
    args: t.Array(t.String(), { default: [] }),
  }),
);

/** A call or an answer for a peer of another platform: on this bus an ordinary one under that platform's name (§1.5). */
export interface ExternalCall {
  readonly recipient: string;
  readonly args: readonly Uint8Array[];
}

/** The arguments of `send_platform` (reference/vip-zmq.md §2.9). Throws VipError. */
export function readExternalCall([operation, body]: readonly Uint8Array[], instance: string): ExternalCall {
  if (!equalsAscii(operation, 'send_platform') || body === undefined) {
    throw new VipError('unknown-operation', 'Agents send calls to other platforms by send_platform only.');
  }
  const call = asCall(parseLooseJson(decodeText(body)), 'the body of an external RPC');
  if (call.to_platform === instance) {
    throw new VipError('own-platform', `"${call.to_peer}" is asked by way of "${instance}", which is this platform.`, {
      item: 'platform',
      value: instance,
      remedy: 'Call peers of one’s own platform without naming it.',
    });
  }
  return { recipient: `${call.to_platform}.${call.to_peer}`, args: call.args.map(encodeText) };
}

/** The body of `send_peer` for a message that came from another platform. */
export function envelopeOf({ sender, args }: QualifiedMessage, instance: string, identity: string): object {
  const { instance: platform, peer } = splitQualified(sender);
  return {
    to_platform: instance,
    to_peer: identity,
    from_platform: platform,
    from_peer: peer,
    args: args.map(decodeText),
  };
}
