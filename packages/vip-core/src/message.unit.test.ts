import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { decodeText, encodeText } from './text.ts';

it('has the frames of the DEALER’s view, the user blank', () => {
  const frames = encodeMessage({ peer: '', id: 'connect.hello.0', subsystem: 'hello', args: [encodeText('hello')] });
  expect(frames.map(decodeText)).toEqual(['', 'VIP1', '', 'connect.hello.0', 'hello', 'hello']);
});

it('reads a golden welcome', () => {
  const frames = ['', 'VIP1', 'raw.one', 'h1', 'hello', 'welcome', '1.0', 'cb1af055', 'raw.one'].map(encodeText);
  const { args, ...head } = decodeMessage(frames);
  expect(head).toEqual({ peer: '', user: 'raw.one', id: 'h1', subsystem: 'hello' });
  expect(args.map(decodeText)).toEqual(['welcome', '1.0', 'cb1af055', 'raw.one']);
});

it('comes back from its frames, arguments byte for byte', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const message = fc.record({ peer: text, user: text, id: text, subsystem: text, args: fc.array(fc.uint8Array()) });
  fc.assert(
    fc.property(message, (given) => {
      expect(decodeMessage(encodeMessage(given))).toEqual(given);
    }),
  );
});

it('reads a subsystem without arguments', () => {
  expect(decodeMessage(['', 'VIP1', '', 'q', 'quit'].map(encodeText)).args).toEqual([]);
});

it.each([
  ['no frames', []],
  ['no subsystem', ['', 'VIP1', '', 'b2']],
  ['another signature', ['', 'VIP2', '', 'b1', 'ping']],
  ['a lower-case signature', ['', 'vip1', '', 'b1', 'ping']],
])('refuses %s', (_what, frames) => {
  expect(() => decodeMessage(frames.map(encodeText))).toThrow(ProtocolError);
});
