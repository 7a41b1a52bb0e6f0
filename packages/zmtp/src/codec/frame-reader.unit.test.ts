import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProtocolError } from '../errors.ts';
import { FrameReader, command, more } from './frame-reader.ts';
import { encodeFrame } from './frame-writer.ts';

const read = (chunks: readonly Buffer[], limit = 1 << 20): { flags: number; body: string }[] => {
  const reader = new FrameReader(limit);
  const frames: { flags: number; body: string }[] = [];
  for (const chunk of chunks) {
    reader.feed(chunk);
    while (reader.next()) frames.push({ flags: reader.flags & ~2, body: reader.body.toString('hex') });
  }
  return frames;
};

const frame = fc.record({
  flags: fc.constantFrom(0, more, command),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.integer({ min: 250, max: 70_000 }).map((length) => new Uint8Array(length).fill(length & 255)),
  ),
});

describe('reading frames', () => {
  it('gives back what was written, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat(400_000), { maxLength: 30 }), (frames, cuts) => {
        const wire = Buffer.concat(frames.map(({ flags, body }) => encodeFrame(flags, body)));
        const places = [0, ...cuts.map((cut) => cut % (wire.length + 1)).sort((a, b) => a - b), wire.length];
        const chunks = places.slice(1).map((end, index) => wire.subarray(places[index], end));
        expect(read(chunks)).toEqual(
          frames.map(({ flags, body }) => ({ flags, body: Buffer.from(body).toString('hex') })),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('gives back what was written byte by byte', () => {
    const wire = Buffer.concat([encodeFrame(more, Buffer.alloc(300, 7)), encodeFrame(0, Buffer.from('end'))]);
    const frames = read([...wire].map((byte) => Buffer.of(byte)));
    expect(frames.map(({ body }) => body.length / 2)).toEqual([300, 3]);
  });

  it('does not copy a frame that lies in one chunk', () => {
    const wire = encodeFrame(0, Buffer.from('abc'));
    const reader = new FrameReader(10);
    reader.feed(wire);
    expect(reader.next()).toBe(true);
    expect(reader.body.buffer).toBe(wire.buffer);
  });

  it('accepts the long form of a short frame', () => {
    expect(read([Buffer.from('0200000000000000024142', 'hex')])).toEqual([{ flags: 0, body: '4142' }]);
  });

  it('refuses a frame above its limit before its body arrives', () => {
    expect(() => read([Buffer.from('020000000000000401', 'hex')], 1024)).toThrow(ProtocolError);
    expect(() => read([Buffer.from('02ffffffffffffffff', 'hex')])).toThrow(ProtocolError);
  });

  it('refuses such a frame when its header comes in pieces', () => {
    expect(() => read([Buffer.from('0200', 'hex'), Buffer.from('00000000000401', 'hex')], 1024)).toThrow(ProtocolError);
  });

  it.each([0x08, 0x80, 0xff, 0x05])('refuses the flags %i', (flags) => {
    expect(() => read([Buffer.of(flags)])).toThrow(ProtocolError);
  });

  it('survives any bytes with frames or a protocol error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (chunks) => {
        try {
          read(
            chunks.map((chunk) => Buffer.from(chunk)),
            64,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
