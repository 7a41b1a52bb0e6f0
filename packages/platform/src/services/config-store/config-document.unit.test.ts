import { describe, expect, it } from 'vitest';
import { ConfigDocument } from './config-document.ts';

const input = (name: string, data: string, type = 'raw') => ({ name, data, type, modified: 'now' });

describe('ConfigDocument', () => {
  it('writes what Python writes: one line, ASCII, without blanks', () => {
    const { document } = ConfigDocument.empty.with(input('config', '{"é": 1}', 'json'));
    expect(document.toText()).toBe('{"config":{"type":"json","modified":"now","data":"{\\"\\u00e9\\": 1}"}}');
  });

  it('reads what it has written', () => {
    const { document } = ConfigDocument.empty.with(input('__proto__', '中', 'raw'));
    const again = ConfigDocument.of(JSON.parse(document.toText()) as Record<string, unknown>);
    expect(again.names).toEqual(['__proto__']);
    expect(again.configs.get('__proto__')?.contents).toBe('中');
    expect(again.problems).toEqual([]);
  });

  it('is not changed by a change', () => {
    const { document: one } = ConfigDocument.empty.with(input('a', 'x'));
    const { document: two } = one.with(input('A', 'y'));
    expect([one.names, two.names, two.without('a').names]).toEqual([['a'], ['A'], []]);
    expect(two.without('a').isEmpty).toBe(true);
  });

  it('finds circles over links of either case', () => {
    const { document } = ConfigDocument.empty.with(input('Two', '["config://ONE"]', 'json'));
    expect(() => document.with(input('one', '["config://two"]', 'json'))).toThrow('Recursive');
  });
});
