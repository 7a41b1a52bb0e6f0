import { decodeText, encodeText } from './text.ts';

/** Numbers and booleans we write are ASCII JSON (reference/vip-zmq.md §9, rule 2). */
export function encodeValue(value: number | boolean): Uint8Array {
  const known = typeof value === 'number' ? counts[value] : flags[Number(value)];
  return known ?? encodeText(String(value));
}

/** Nearly every count of subscribers. */
const counts = Array.from({ length: 256 }, (_, count) => encodeText(String(count)));
const flags = [encodeText('false'), encodeText('true')];

/**
 * Reads a count or a flag in both forms: ASCII JSON, or Python's native ones (1 byte boolean, 4 bytes little-endian
 * unsigned). Answers undefined for anything else.
 */
export function decodeCount(frame: Uint8Array | undefined): number | undefined {
  if (frame === undefined) return undefined;
  if (frame.length === 1 && (frame[0] ?? 2) <= 1) return frame[0];
  const text = decodeText(frame);
  if (/^\d+$/.test(text)) return Number(text);
  if (text === 'true') return 1;
  if (text === 'false') return 0;
  if (frame.length === 4) return new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0, true);
  return undefined;
}
