import {
  AgainError,
  decodeCount,
  decodeText,
  UnauthorizedError,
  UnknownSubsystemError,
  UnreachableError,
} from '@volttron-ts/vip-core';
import type { VipError, VipMessage } from '@volttron-ts/vip-core';
import { BusError } from '../errors.ts';

/** A message of the subsystem `error`: of a router with four arguments, of an agent with three (vip-zmq.md §1.7). */
export interface ErrorNotice {
  readonly errno: number;
  readonly text: string;
  /** Whom the failed message was for; for a publication the subscriber that was too slow, or `''`. */
  readonly recipient: string;
  readonly subsystem: string;
}

const NONE = new Uint8Array(0);

/** Reads an error message; numbers come as ASCII or, through a Python router, as four bytes. */
export function readErrorNotice(message: VipMessage): ErrorNotice {
  const [number = NONE, text = NONE, ...rest] = message.args;
  const ascii = decodeText(number);
  const [recipient, subsystem] = rest.length < 2 ? [message.peer, rest[0]] : [decodeText(rest[0] ?? NONE), rest[1]];
  return {
    errno: /^-\d+$/.test(ascii) ? Number(ascii) : (decodeCount(number) ?? 0),
    text: decodeText(text),
    recipient,
    subsystem: decodeText(subsystem ?? NONE),
  };
}

/** The error that the caller of the failed message gets. */
export function asBusError({ errno, text, recipient, subsystem }: ErrorNotice): VipError {
  switch (errno) {
    case 113:
      return new UnreachableError(recipient);
    case 11:
      return new AgainError(recipient);
    case 93:
      return new UnknownSubsystemError(subsystem, recipient);
    case -32001:
      return new UnauthorizedError(text, { item: subsystem, value: recipient });
    default:
      return new BusError(String(errno), text, { item: subsystem, value: recipient });
  }
}
