import { ProtocolError } from '../errors.ts';

/** ZMTP 3 §"Greeting". */
export interface Greeting {
  readonly major: number;
  readonly minor: number;
  readonly mechanism: string;
  readonly asServer: boolean;
}

export const greetingLength = 64;
const mechanismOffset = 12;
const asServerOffset = 32;

export function encodeGreeting(mechanism: string, asServer: boolean): Buffer {
  const greeting = Buffer.alloc(greetingLength);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting[11] = 1;
  greeting.write(mechanism, mechanismOffset, 'ascii');
  greeting[asServerOffset] = asServer ? 1 : 0;
  return greeting;
}

/** Throws as soon as the bytes received so far cannot become a ZMTP 3 greeting. */
export function checkGreetingStart(bytes: Uint8Array): void {
  if (bytes.length > 0 && bytes[0] !== 0xff) throw new ProtocolError('its first byte is not that of a greeting');
  if (bytes.length > 9 && bytes[9] !== 0x7f) throw new ProtocolError('the signature of its greeting is wrong');
  const major = bytes[10] ?? 3;
  if (major < 3) throw new ProtocolError(`it speaks ZMTP ${major}, and 3 is the oldest version accepted`, major);
}

/** `bytes` are exactly the 64 of a greeting. Its padding and filler may hold anything (ZMTP 2 peers probe with it). */
export function decodeGreeting(bytes: Buffer): Greeting {
  checkGreetingStart(bytes);
  const name = bytes.subarray(mechanismOffset, asServerOffset);
  const end = name.indexOf(0);
  const mechanism = name.toString('latin1', 0, end < 0 ? name.length : end);
  if (!/^[A-Z][A-Z0-9\-_.+]*$/.test(mechanism) || name.subarray(mechanism.length).some((byte) => byte !== 0)) {
    throw new ProtocolError('the mechanism of its greeting is not a name');
  }
  return { major: bytes[10] ?? 0, minor: bytes[11] ?? 0, mechanism, asServer: bytes[asServerOffset] === 1 };
}
