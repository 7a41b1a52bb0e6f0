import { ProtocolError } from '../errors.ts';

/** A command body is a name (length byte and letters) and data. */
export function encodeCommand(name: string, ...data: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name, 'ascii'), ...data]);
}

/** Name and data of a command body. */
export function decodeCommand(body: Buffer): { name: string; data: Buffer } {
  const length = body[0] ?? 0;
  if (length === 0 || 1 + length > body.length) throw new ProtocolError('a command has no name');
  return { name: body.toString('latin1', 1, 1 + length), data: body.subarray(1 + length) };
}

/** `time to live` in tenths of a second (0: none), at most 6553.5 s; context of at most 16 bytes (ZMTP 3.1). */
export function encodePing(ttlDeciseconds: number, context: Uint8Array): Buffer {
  const ttl = Buffer.alloc(2);
  ttl.writeUInt16BE(Math.min(ttlDeciseconds, 0xffff));
  return encodeCommand('PING', ttl, context);
}

export function decodePing(data: Buffer): { ttlDeciseconds: number; context: Buffer } {
  if (data.length < 2 || data.length > 18) throw new ProtocolError('a PING has a wrong length', data.length);
  return { ttlDeciseconds: data.readUInt16BE(0), context: data.subarray(2) };
}

export const encodePong = (context: Uint8Array): Buffer => encodeCommand('PONG', context);

export function encodeError(reason: string): Buffer {
  const text = Buffer.from(reason, 'latin1').subarray(0, 255);
  return encodeCommand('ERROR', Buffer.of(text.length), text);
}

/** The reason; the three digits of a ZAP status when the peer follows libzmq. */
export function decodeError(data: Buffer): string {
  const length = data[0];
  if (length === undefined || length + 1 > data.length) throw new ProtocolError('an ERROR command is cut');
  return data.toString('latin1', 1, 1 + length);
}
