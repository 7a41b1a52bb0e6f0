import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from './errors.ts';
import {
  appendSender,
  decodePublishBody,
  encodePublishBody,
  escapeNonAscii,
  insertHeaders,
  scanPublishBody,
} from './publish-body.ts';
import { decodeText, encodeText } from './text.ts';

interface Body {
  readonly bus: string;
  readonly headers: Record<string, unknown>;
  readonly message: unknown;
}

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const name = fc.string({ unit: 'grapheme', maxLength: 8 });

/** Text as JSON, any of its characters written as an escape. */
const jsonString = (text: string, escaped: readonly boolean[]): string =>
  `"${Array.from(text)
    .map((character, at) =>
      escaped[at % escaped.length] === true
        ? Array.from({ length: character.length }, (_, unit) => character.charCodeAt(unit))
            .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
            .join('')
        : JSON.stringify(character).slice(1, -1),
    )
    .join('')}"`;

/** A value as JSON text with white space anywhere and escapes anywhere. */
function write(value: unknown, gap: string, escaped: readonly boolean[]): string {
  if (typeof value === 'string') return jsonString(value, escaped);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${gap}${value.map((item) => write(item, gap, escaped)).join(`${gap},${gap}`)}${gap}]`;
  }
  const members = Object.entries(value).map(([key, held]) => member(key, held, gap, escaped));
  return `{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
}

const member = (key: string, value: unknown, gap: string, escaped: readonly boolean[]): string =>
  `${jsonString(key, escaped)}${gap}:${gap}${write(value, gap, escaped)}`;

/** Any publish body: members in any order, among others, some written twice. */
const anyBody = fc
  .record({
    known: fc.record({ bus: name, headers: fc.dictionary(name, fc.jsonValue()), message: fc.jsonValue() }),
    others: fc.array(fc.tuple(fc.oneof(name, fc.constantFrom('sender', 'bus', 'message')), fc.jsonValue()), {
      maxLength: 3,
    }),
    order: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
    gap: space,
    escaped: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  })
  .map(({ known, others, order, gap, escaped }) => {
    const members: [string, unknown][] = [...Object.entries(known), ...others];
    const sorted = members.map((entry, at) => ({ entry, key: order[at] ?? 0 })).sort((a, b) => a.key - b.key);
    const text = sorted.map(({ entry: [key, value] }) => member(key, value, gap, escaped)).join(`${gap},${gap}`);
    return `${gap}{${gap}${text}${gap}}${gap}`;
  })
  .filter((text) => typeof (JSON.parse(text) as Body).bus === 'string');

const slice = (bytes: Uint8Array, [start, end]: readonly [number, number]): unknown =>
  JSON.parse(decodeText(bytes.subarray(start, end)));

const parse = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(decodeText(bytes)) as Record<string, unknown>;

describe('scanPublishBody', () => {
  it('agrees with JSON.parse on any body', () => {
    fc.assert(
      fc.property(anyBody, (text) => {
        const bytes = encodeText(text);
        const layout = scanPublishBody(bytes);
        const wanted = JSON.parse(text) as Body;
        expect(layout.bus).toBe(wanted.bus);
        expect(slice(bytes, layout.headers)).toEqual(wanted.headers);
        expect(slice(bytes, layout.message)).toEqual(wanted.message);
        expect(decodeText(bytes.subarray(layout.closing)).trim()).toBe('}');
      }),
      { numRuns: 300 },
    );
  });

  it('takes the last of members with the same name, however it is written', () => {
    const text = '{"bus":"a","headers":{"x":1},"message":1,"b\\u0075s":"b","head\\u0065rs":{"y":2},"message":2}';
    const bytes = encodeText(text);
    const layout = scanPublishBody(bytes);
    expect([layout.bus, slice(bytes, layout.headers), slice(bytes, layout.message)]).toEqual(['b', { y: 2 }, 2]);
  });

  it('leaves numbers alone that JavaScript cannot hold', () => {
    const bytes = encodeText('{"bus":"","headers":{"h":1.0},"message":[NaN,-Infinity,18446744073709551615]}');
    const { message } = scanPublishBody(bytes);
    expect(decodeText(bytes.subarray(...message))).toBe('[NaN,-Infinity,18446744073709551615]');
  });

  it('takes brackets and quotes inside strings for text', () => {
    const bytes = encodeText('{"bus":"","headers":{"a":"}]\\"{["},"message":["\\\\","}"]}');
    expect(slice(bytes, scanPublishBody(bytes).message)).toEqual(['\\', '}']);
  });

  it.each([
    ['nothing', '', 'no JSON object'],
    ['text', '"text"', 'no JSON object'],
    ['an array', '[1]', 'no JSON object'],
    ['no members', '{}', 'lacks bus, headers, message'],
    ['no message', '{"bus":"","headers":{}}', 'lacks message'],
    ['a bus that is no text', '{"bus":null,"headers":{},"message":1}', 'bus that is no text'],
    ['headers that are no object', '{"bus":"","headers":[],"message":1}', 'headers that are no object'],
    ['a comma at the end', '{"bus":"","headers":{},"message":1,}', 'comma'],
    ['a comma at the start', '{,"bus":"","headers":{},"message":1}', 'quoted name'],
    ['a member without a colon', '{"bus" ""}', 'no colon after "bus"'],
    ['a member without a value', '{"bus":,"headers":{},"message":1}', 'without a value'],
    ['no closing brace', '{"bus":"","headers":{},"message":1', 'does not close'],
    ['two members without a comma', '{"bus":"" "headers":{}}', 'does not close'],
    ['something behind the brace', '{"bus":"","headers":{},"message":1}{}', 'goes on'],
    ['brackets that cross', '{"bus":"","headers":{},"message":[{]}}', 'do not match'],
    ['brackets that stay open', '{"bus":"","headers":{},"message":[[1]', 'do not close'],
    ['a string that stays open', '{"bus":"","headers":{},"message":"a\\"}', 'does not end'],
    ['a broken escape in a name', '{"b\\u00":"","headers":{},"message":1}', 'no JSON'],
    ['a broken escape in the bus', '{"bus":"\\x","headers":{},"message":1}', 'no JSON'],
    ['brackets 201 deep', `{"bus":"","headers":{},"message":${'['.repeat(201)}${']'.repeat(201)}}`, 'deeper than 200'],
  ])('refuses %s', (_what, text, why) => {
    expect(() => scanPublishBody(encodeText(text))).toThrow(ProtocolError);
    expect(() => scanPublishBody(encodeText(text))).toThrow(why);
  });

  it('takes brackets 200 deep, and 1 MB in a string or in members', () => {
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    const members = Array.from({ length: 50_000 }, (_, at) => `"member${at}":"${at}"`).join();
    for (const value of [deep, `"${'\\"'.repeat(500_000)}"`, `{${members}}`, `[${'"",'.repeat(300_000)}1]`]) {
      const bytes = encodeText(`{"bus":"","headers":{},"message":${value}}`);
      const [start, end] = scanPublishBody(bytes).message;
      expect(end - start).toBe(value.length);
    }
  });

  it('answers mutated bytes with a layout or a ProtocolError', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.nat(255), fc.constantFrom(...Array.from('{}[]",:\\ ', (sign) => sign.charCodeAt(0)))),
    );
    const changes = fc.array(change, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(anyBody, changes, fc.nat(), fc.boolean(), (text, list, length, cut) => {
        const bytes = encodeText(text);
        for (const [at, byte] of list) bytes[at % bytes.length] = byte;
        const mutated = cut ? bytes.subarray(0, length % bytes.length) : bytes;
        for (const read of [scanPublishBody, decodePublishBody]) {
          try {
            read(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('appendSender', () => {
  it('gives a body whose sender is the given one, and leaves the other bytes', () => {
    fc.assert(
      fc.property(anyBody, name, (text, sender) => {
        const bytes = encodeText(text);
        const { closing } = scanPublishBody(bytes);
        const whole = appendSender(bytes, closing, sender);
        expect(parse(whole)).toEqual({ ...(JSON.parse(text) as object), sender });
        expect(decodePublishBody(whole).sender).toBe(sender);
        const tail = whole.length - (bytes.length - closing);
        expect([...whole.subarray(0, closing)]).toEqual([...bytes.subarray(0, closing)]);
        expect([...whole.subarray(tail)]).toEqual([...bytes.subarray(closing)]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('insertHeaders', () => {
  it('gives a body with the headers, the original ones winning, and leaves the other bytes', () => {
    fc.assert(
      fc.property(anyBody, fc.dictionary(name, fc.jsonValue()), (text, headers) => {
        const bytes = encodeText(text);
        const before = scanPublishBody(bytes);
        const whole = insertHeaders(bytes, headers);
        const added = whole.length - bytes.length;
        const wanted = JSON.parse(text) as Body;
        const json = JSON.parse(JSON.stringify(headers)) as object;
        expect(parse(whole)).toEqual({ ...wanted, headers: { ...json, ...wanted.headers } });
        const after = scanPublishBody(whole);
        expect(after.headers).toEqual([before.headers[0], before.headers[1] + added]);
        expect(decodeText(whole.subarray(0, after.headers[0] + 1))).toBe(
          decodeText(bytes.subarray(0, before.headers[0] + 1)),
        );
        expect(decodeText(whole.subarray(after.headers[1]))).toBe(decodeText(bytes.subarray(before.headers[1])));
      }),
      { numRuns: 300 },
    );
  });

  it('writes ASCII, so that a Python router can pass it', () => {
    const body = insertHeaders(encodeText('{"bus":"","headers":{ },"message":1}'), { 'X-Site': 'Zürich' });
    expect(decodeText(body)).toBe('{"bus":"","headers":{ "X-Site":"Z\\u00fcrich"},"message":1}');
  });

  it('answers the same bytes when there is nothing to insert', () => {
    const bytes = encodeText('{"bus":"","headers":{"a":1},"message":1}');
    expect(insertHeaders(bytes, {})).toBe(bytes);
  });

  it('refuses a body that is none', () => {
    expect(() => insertHeaders(encodeText('{}'), { a: 1 })).toThrow(ProtocolError);
  });
});

describe('encodePublishBody', () => {
  it('writes ASCII in the order that Python writes', () => {
    const bytes = encodePublishBody('', { TimeStamp: 't' }, ['é', 1]);
    expect(decodeText(bytes)).toBe('{"bus":"","headers":{"TimeStamp":"t"},"message":["\\u00e9",1]}');
    expect(decodeText(encodePublishBody('', {}, undefined))).toBe('{"bus":"","headers":{},"message":null}');
  });

  it('comes back, any value', () => {
    fc.assert(
      fc.property(name, fc.dictionary(name, fc.jsonValue()), fc.jsonValue(), (bus, headers, message) => {
        const bytes = encodePublishBody(bus, headers, message);
        const wanted = JSON.parse(JSON.stringify({ sender: '', bus, headers, message })) as object;
        expect(decodePublishBody(bytes)).toEqual(wanted);
        expect(bytes.every((byte) => byte < 0x80)).toBe(true);
      }),
    );
  });
});

describe('decodePublishBody', () => {
  it('reads what a Python router delivers', () => {
    const text =
      '{"sender": "golden.two", "bus": "", "headers": {"Date": "2024-01-01T00:00:00+00:00", "X": 1}, "message": [{"p": NaN}]}';
    expect(decodePublishBody(encodeText(text))).toEqual({
      sender: 'golden.two',
      bus: '',
      headers: { Date: '2024-01-01T00:00:00+00:00', X: 1 },
      message: [{ p: NaN }],
    });
  });

  it('takes a sender or bus that is no text for none', () => {
    const { sender, bus } = decodePublishBody(encodeText('{"sender":5,"bus":null,"headers":{},"message":1}'));
    expect([sender, bus]).toEqual(['', '']);
  });

  it.each(['garbage', 'null', '5', '[]', '{}', '{"headers":null}', '{"headers":[1],"message":1}'])(
    'refuses %s',
    (text) => {
      expect(() => decodePublishBody(encodeText(text))).toThrow(ProtocolError);
    },
  );
});

it('escapeNonAscii keeps the value and leaves ASCII', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const escaped = escapeNonAscii(json);
      expect(encodeText(escaped).every((byte) => byte < 0x7f)).toBe(true);
      expect(JSON.parse(escaped)).toEqual(JSON.parse(json));
    }),
  );
});
