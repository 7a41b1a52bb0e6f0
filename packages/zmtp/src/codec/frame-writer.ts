import { long } from './frame-reader.ts';

/** Bytes of the header of a frame with a body of `length` bytes. */
export const headerLength = (length: number): number => (length > 255 ? 9 : 2);

/** Writes the header of a frame; answers the offset of its body. */
export function writeHeader(out: Buffer, offset: number, flags: number, length: number): number {
  if (length <= 255) {
    out[offset] = flags;
    out[offset + 1] = length;
    return offset + 2;
  }
  out[offset] = flags | long;
  out.writeUInt32BE(Math.floor(length / 0x1_0000_0000), offset + 1);
  out.writeUInt32BE(length >>> 0, offset + 5);
  return offset + 9;
}

/** A whole frame, for what is sent rarely. */
export function encodeFrame(flags: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerLength(body.length) + body.length);
  frame.set(body, writeHeader(frame, 0, flags, body.length));
  return frame;
}
