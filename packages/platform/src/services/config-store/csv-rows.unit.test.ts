import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsvRows } from './csv-rows.ts';

describe('parseCsvRows', () => {
  it.each([
    ['A,B\n1,2\n', [{ A: '1', B: '2' }]],
    [
      'A,B\r\n1,2\r\n3,4',
      [
        { A: '1', B: '2' },
        { A: '3', B: '4' },
      ],
    ],
    ['A,B\n\n1,2\n\n', [{ A: '1', B: '2' }]],
    ['A,B\n1\n', [{ A: '1', B: null }]],
    ['A\n1,2,3\n', [{ A: '1', null: ['2', '3'] }]],
    ['A,B\n"1,5","say ""so"""\n', [{ A: '1,5', B: 'say "so"' }]],
    ['A\n"two\nlines"\n', [{ A: 'two\nlines' }]],
    ['A,B\n 1 , "x"\n', [{ A: ' 1 ', B: ' "x"' }]],
    ['A\n"x"y\n', [{ A: 'xy' }]],
    ['A\n""\n', [{ A: '' }]],
    ['A,A\n1,2\n', [{ A: '2' }]],
    ['A\n"open', [{ A: 'open' }]],
    ['', []],
    ['A,B\n', []],
  ])('reads %j as Python does', (text, rows) => {
    expect(parseCsvRows(text)).toEqual(rows);
  });

  it('reads every field that is written with quotes', () => {
    const quoted = (fields: readonly string[]): string =>
      fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
    const rows = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), { minLength: 2, maxLength: 2 }),
    );
    fc.assert(
      fc.property(rows, (written) => {
        const text = ['"x","y"', ...written.map(quoted)].join('\n');
        expect(parseCsvRows(text)).toEqual(written.map(([x, y]) => ({ x, y })));
      }),
    );
  });
});
