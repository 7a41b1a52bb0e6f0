import { describe, expect, it } from 'vitest';
import { configKey, linksIn, resolveLinks } from './links.ts';

const resolved = (key: string, configs: Record<string, unknown>): unknown => resolveLinks(key, (name) => configs[name]);

describe('configKey', () => {
  it('compares names whatever their case and the slashes and blanks at their ends', () => {
    expect([' /Devices/AHU1/ ', '\\devices/ahu1', '\tdevices/ahu1\n'].map(configKey)).toEqual(
      Array(3).fill('devices/ahu1'),
    );
    expect([configKey('/ /'), configKey('a b')]).toEqual(['', 'a b']);
  });
});

describe('resolveLinks', () => {
  it('puts in what a link names, whatever its case, over any number of links', () => {
    const configs = {
      config: { rows: 'config://Registry.csv', list: [1, 'config://b'] },
      'registry.csv': [{ p: 'x' }],
      b: { c: 'config://C' },
      c: 'text',
    };
    expect(resolved('config', configs)).toEqual({ rows: [{ p: 'x' }], list: [1, { c: 'text' }] });
    expect(linksIn(configs.config)).toEqual(new Set(['registry.csv', 'b']));
  });

  it('puts null for a missing configuration', () => {
    expect(resolved('a', { a: { b: 'config://nope' } })).toEqual({ b: null });
  });

  it('leaves text that only mentions a link, and a configuration that is text', () => {
    expect(resolved('a', { a: { b: 'see config://c' }, c: 1 })).toEqual({ b: 'see config://c' });
    expect(resolved('a', { a: 'config://c', c: 1 })).toBe('config://c');
    expect(linksIn('config://c')).toEqual(new Set());
  });

  it('ends a circle with null', () => {
    expect(resolved('a', { a: { b: 'config://b' }, b: { a: 'config://a' } })).toEqual({ b: { a: null } });
  });

  it('changes nothing of what it reads', () => {
    const a = { b: 'config://b', c: { d: 1 } };
    resolved('a', { a, b: 2 });
    expect(a).toEqual({ b: 'config://b', c: { d: 1 } });
  });

  it('refuses links that multiply without end', () => {
    const configs = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`c${n}`, [`config://c${n + 1}`, `config://c${n + 1}`]]),
    );
    expect(() => resolved('c0', configs)).toThrow('"c0" has more than 1000000 values');
  });
});
