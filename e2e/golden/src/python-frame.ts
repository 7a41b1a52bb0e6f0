import { isDeepStrictEqual } from 'node:util';
import { parseLooseJson } from '@volttron-ts/vip-core';

const latin1 = (frame: Uint8Array): string => Buffer.from(frame).toString('latin1');

/** The JSON value of a frame as Python reads it, undefined when it is no JSON (reference/vip-zmq.md §1.4). */
function valueOf(frame: Uint8Array): unknown {
  try {
    return parseLooseJson(latin1(frame));
  } catch {
    return undefined;
  }
}

/** Whether Python would parse the text of a number as an integer. */
const isIntegerText = (frame: Uint8Array): boolean => /^\s*-?\d+\s*$/.test(latin1(frame));

/**
 * What the Python router turns a frame into by parsing and reprinting it. Objects and arrays are not reprinted here:
 * they are compared by value.
 */
export function reprinted(frame: Uint8Array): Uint8Array {
  const value = valueOf(frame);
  const native = Buffer.alloc(4);
  switch (typeof value) {
    case 'string':
      return Buffer.from(value, 'latin1');
    case 'boolean':
      return Uint8Array.of(value ? 1 : 0);
    case 'number':
      if (isIntegerText(frame)) native.writeUInt32LE(value);
      else native.writeFloatLE(value);
      return native;
    case 'object':
      return value === null ? new Uint8Array(0) : frame;
    default:
      return frame;
  }
}

const isStructure = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Whether our frame says to a Python peer what the Python router's frame says. */
export function saysTheSame(ours: Uint8Array, theirs: Uint8Array): boolean {
  if (Buffer.from(ours).equals(theirs) || Buffer.from(reprinted(ours)).equals(theirs)) return true;
  const [our, their] = [valueOf(ours), valueOf(theirs)];
  return isStructure(our) && isDeepStrictEqual(our, their);
}

/** A frame for a person: text when it is printable, else hex. */
export function shown(frame: Uint8Array): string {
  const text = Buffer.from(frame).toString('utf8');
  return /^[\P{C}\n]*$/u.test(text) ? text : `hex ${Buffer.from(frame).toString('hex')}`;
}
