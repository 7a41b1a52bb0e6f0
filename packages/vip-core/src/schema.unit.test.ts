import { describe, expect, it } from 'vitest';
import { DiscoveryDocument } from './documents.ts';
import { InvalidValueError } from './errors.ts';
import { JournalCommit, JournalReadRequest, JournalSpan } from './journal-protocol.ts';
import { checker, t } from './schema.ts';

const check = checker(
  t.Object(
    { unit: t.String({ default: 'devices/ahu1' }), limit: t.Number({ minimum: 0 }), tags: t.Array(t.String()) },
    { additionalProperties: false },
  ),
);

const refusal = (value: unknown): InvalidValueError => {
  try {
    check(value, 'agent.json');
  } catch (error) {
    return error as InvalidValueError;
  }
  throw new Error('was not refused');
};

describe('a checker', () => {
  it('answers the value with its defaults, leaving what was given as it is', () => {
    const given = { limit: 5, tags: [] };
    expect(check(given, 'agent.json')).toEqual({ unit: 'devices/ahu1', limit: 5, tags: [] });
    expect(given).toEqual({ limit: 5, tags: [] });
  });

  it('names the thing and every problem at once', () => {
    const error = refusal({ unit: 5, limit: -1, tags: ['a', 7], colour: 'red' });
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.item).toBe('agent.json');
    expect(error.message).toMatch(/^agent\.json is not valid: /);
    for (const part of ['/unit', 'string', '/limit', '>= 0', '/tags/1', 'colour'])
      expect(error.message).toContain(part);
    expect(error.message).not.toContain('schema is false');
  });

  it('names a missing member', () => {
    expect(refusal({ limit: 1 }).message).toContain('tags');
  });

  it.each([undefined, null, 5, 'text', []])('refuses %j as a whole', (value) => {
    expect(refusal(value).message).toContain('object');
  });
});

it('a discovery document has no sixth key', () => {
  const discovery = checker(DiscoveryDocument);
  const known = {
    serverkey: 'k',
    'vip-address': 'tcp://a:1',
    'instance-name': 'i',
    'rmq-address': 'amqps://a:1',
    'rmq-ca-cert': 'pem',
  };
  expect(discovery(known, 'discovery')).toEqual(known);
  expect(() => discovery({ ...known, version: 1 }, 'discovery')).toThrow('version');
  expect(() => discovery({ serverkey: 'k' }, 'discovery')).toThrow('instance-name');
});

describe('journal messages', () => {
  const span = { stream: 's', epoch: 'e', prev: null, after: 0, through: 2, encoding: 'packed', instance: 'i' };

  it('are read whole', () => {
    const gone = { ...span, prev: { epoch: 'd', last: 9 }, gone: [0, 1, 'expired'] };
    expect(checker(JournalSpan)(span, 'span')).toEqual(span);
    expect(checker(JournalSpan)(gone, 'span')).toEqual(gone);
    const read = { cursor: 'to-central', prefixes: ['devices/'], maxBytes: 65_536, waitMs: 0 };
    expect(checker(JournalReadRequest)(read, 'read')).toEqual(read);
    expect(checker(JournalCommit)({ cursor: 'c', epoch: 'e', through: 0 }, 'commit').through).toBe(0);
  });

  it.each([
    ['a negative sequence', { ...span, after: -1 }],
    ['a fraction as sequence', { ...span, through: 1.5 }],
    ['another encoding', { ...span, encoding: 'json' }],
    ['an empty stream', { ...span, stream: '' }],
    ['an unknown member', { ...span, extra: 1 }],
    ['a gap without its reason', { ...span, gone: [0, 1] }],
  ])('with %s are refused', (_what, value) => {
    expect(() => checker(JournalSpan)(value, 'span')).toThrow(InvalidValueError);
  });
});
