import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigTable } from './config-table.ts';
import type { TableChange } from './config-table.ts';

const told = (changes: readonly TableChange[]): string[] => changes.map(({ name, action }) => `${action} ${name}`);

describe('ConfigTable', () => {
  it('tells what is new, config first, and keeps names as they were written', () => {
    const table = new ConfigTable();
    expect(told(table.replace({ Beta: 1, config: 2 }))).toEqual(['NEW config', 'NEW Beta']);
    expect([table.get('BETA'), table.get('/beta/'), table.get('nope')]).toEqual([1, 1, undefined]);
  });

  it('tells nothing of what a second fetch finds unchanged', () => {
    const table = new ConfigTable();
    const all = { a: { x: [1] }, b: 2, c: 3 };
    table.replace(all);
    expect(table.replace(structuredClone(all))).toEqual([]);
    expect(told(table.replace({ a: { x: [2] }, b: 2, d: 4 }))).toEqual(['UPDATE a', 'DELETE c', 'NEW d']);
  });

  it('calls a NEW over a default and a DELETE that uncovers one an UPDATE', () => {
    const table = new ConfigTable();
    expect(told(table.setDefault('config', { a: 1 }))).toEqual(['NEW config']);
    expect(told(table.put('CONFIG', { a: 2 }))).toEqual(['UPDATE CONFIG']);
    expect(table.setDefault('config', { a: 3 })).toEqual([]);
    expect(told(table.delete('config'))).toEqual(['UPDATE config']);
    expect(table.get('config')).toEqual({ a: 3 });
    expect(table.delete('config')).toEqual([]);
    expect(told(table.put('x', 1))).toEqual(['NEW x']);
    expect(told(table.delete('x'))).toEqual(['DELETE x']);
  });

  it('hands a change on to everything that links to it, once, also in a circle', () => {
    const table = new ConfigTable();
    table.replace({ config: { b: 'config://b' }, b: ['config://C', 'config://c'], c: 1, other: {} });
    expect(told(table.put('c', 2))).toEqual(['UPDATE config', 'UPDATE c', 'UPDATE b']);
    expect(table.get('config')).toEqual({ b: [2, 2] });
    expect(told(table.delete('C'))).toEqual(['UPDATE config', 'DELETE c', 'UPDATE b']);
    expect(table.get('config')).toEqual({ b: [null, null] });
    table.put('c', 'text');
    table.put('c', { b: 'config://b' });
    expect(told(table.put('b', { c: 'config://c' }))).toEqual(['UPDATE config', 'UPDATE b', 'UPDATE c']);
  });

  it('ends as if it had been told of the end alone, whatever came before', () => {
    const name = fc.constantFrom('config', 'A', 'a', 'b');
    const contents = fc.oneof(fc.integer(), fc.constantFrom({ x: 'config://a' }, ['config://B'], { y: 1 }));
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), name, contents }),
      fc.record({ kind: fc.constant('delete' as const), name, contents }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.dictionary(name, contents), (steps, end) => {
        const table = new ConfigTable();
        const known = new Set<string>();
        const follow = (changes: readonly TableChange[]): void => {
          for (const { key, action } of changes) {
            expect(known.has(key)).toBe(action !== 'NEW');
            if (action === 'DELETE') known.delete(key);
            else known.add(key);
          }
        };
        for (const one of steps)
          follow(one.kind === 'put' ? table.put(one.name, one.contents) : table.delete(one.name));
        follow(table.replace(end));
        const fresh = new ConfigTable();
        fresh.replace(end);
        for (const key of ['config', 'a', 'b']) expect(table.get(key)).toEqual(fresh.get(key));
        expect(known).toEqual(new Set(fresh.all().map(({ key }) => key)));
      }),
    );
  });
});
