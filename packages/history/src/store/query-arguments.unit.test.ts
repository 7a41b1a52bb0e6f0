import { describe, expect, it } from 'vitest';

import { readQueryArguments } from './query-arguments.ts';

const NOW = Date.UTC(2026, 0, 2, 12) * 1000;
const read = (given: object) => readQueryArguments(given, NOW);
const start = (text: string) => read({ topic: 't', start: text }).start;

describe('the arguments of a query', () => {
  it('are a topic or topics, and nothing else is needed', () => {
    const rest = { start: undefined, end: undefined, skip: 0, count: undefined, descending: false };
    expect(read({ topic: 'a' })).toEqual({ topics: ['a'], ...rest });
    expect(read({ topic: ['a', 'b'], start: null, end: null, skip: null, count: null, order: null })).toEqual({
      topics: ['a', 'b'],
      ...rest,
    });
    expect(read({ topic: 'a', skip: 2, count: 3, order: 'LAST_TO_FIRST' })).toMatchObject({
      skip: 2,
      count: 3,
      descending: true,
    });
  });

  it('without a topic are refused in the words of Python', () => {
    expect(() => read({ topic: null })).toThrow('"Topic" required');
    expect(() => read({})).toThrow('"Topic" required');
  });

  it('are refused when they have half of an aggregate', () => {
    expect(() => read({ topic: 'a', agg_type: 'avg' })).toThrow(/agg_type and agg_period/);
    expect(() => read({ topic: 'a', agg_period: '1h' })).toThrow(/agg_type and agg_period/);
    expect(read({ topic: 'a', agg_type: 'avg', agg_period: '1h' }).topics).toEqual(['a']);
  });

  it.each([{ topic: 5 }, { topic: ['a', 5] }, { count: -1 }, { count: 1.5 }, { skip: 'x' }, { order: 'UP' }])(
    'are refused when they are no such thing: %j',
    (bad) => {
      expect(() => read({ topic: 'a', ...bad })).toThrow(expect.objectContaining({ code: 'invalid-value' }));
    },
  );
});

describe('a time in a query', () => {
  it.each([
    ['2015-11-17T21:24:10.189393+00:00', '2015-11-17T21:24:10.189393+00:00'],
    ['2015-11-17T21:24:10Z', '2015-11-17T21:24:10.000000+00:00'],
    ['2015-11-17 21:24:10', '2015-11-17T21:24:10.000000+00:00'],
    ['2015-11-17T21:24', '2015-11-17T21:24:00.000000+00:00'],
    ['2015-11-17T21:24+01:00', '2015-11-17T20:24:00.000000+00:00'],
    ['2015-11-17', '2015-11-17T00:00:00.000000+00:00'],
    ['11/7/2015', '2015-11-07T00:00:00.000000+00:00'],
    ['"11/17/2015 9:24"', '2015-11-17T09:24:00.000000+00:00'],
    ['now', '2026-01-02T12:00:00.000000+00:00'],
    ['now -1d', '2026-01-01T12:00:00.000000+00:00'],
    ['now -1d -1h -20m', '2026-01-01T10:40:00.000000+00:00'],
    ['now +2days -30seconds', '2026-01-04T11:59:30.000000+00:00'],
  ])('%s', (text, expected) => {
    expect(start(text)).toBe(expected);
  });

  it.each(['Now', 'now - 1d', '-1h', 'yesterday', 'now -1', '13/45/2015', '2015-11-17T25:00:00'])(
    'is refused in the words of Python: %s',
    (text) => {
      expect(() => start(text)).toThrow(/^Syntax Error in Query$/);
    },
  );

  it('is refused with its unit when that is unknown', () => {
    expect(() => start('now -1w')).toThrow('Invalid timeunit: w');
  });
});
