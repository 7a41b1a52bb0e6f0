import { encodeText } from '@volttron-ts/vip-core';
import type { OutgoingMessage, VipMessage } from '@volttron-ts/vip-core';

/** Errno 93 with four arguments: Python ignores errors with fewer (vip-zmq.md §1.7). */
export function answerUnknownSubsystem(message: VipMessage, identity: string): OutgoingMessage {
  const args = ['93', 'Protocol not supported', identity, message.subsystem].map(encodeText);
  return { peer: message.peer, id: message.id, subsystem: 'error', args };
}
