import { describe, expect, it } from 'vitest';
import { isCircular, linksOf } from './config-links.ts';

const among =
  (configs: Readonly<Record<string, unknown>>) =>
  (key: string): unknown =>
    configs[key];

describe('linksOf', () => {
  it('finds links wherever they stand, without regard to case, blanks and slashes', () => {
    const contents = { a: 'config://One', b: ['config:// /two/ ', { c: 'CONFIG://three' }], d: 'no config://four' };
    expect([...linksOf(contents)]).toEqual(['one', 'two', 'three']);
  });

  it('finds none in text', () => {
    expect([...linksOf('config://one')]).toEqual([]);
  });
});

describe('isCircular', () => {
  it('is told by a way back to the name, however long', () => {
    const others = among({ b: ['config://C'], c: { next: 'config://a' } });
    expect(isCircular('A', { x: 'config://b' }, others)).toBe(true);
    expect(isCircular('a', { x: 'config://A' }, others)).toBe(true);
  });

  it('is not told by links to what is missing, to one twice, or by a circle that it is not on', () => {
    const others = among({ b: ['config://d'], c: ['config://d'], d: [], e: ['config://f'], f: ['config://e'] });
    expect(isCircular('a', ['config://b', 'config://c', 'config://none'], others)).toBe(false);
    expect(isCircular('a', ['config://e'], others)).toBe(false);
  });
});
