import { describe, expect, it } from 'vitest';
import { t } from '@volttron-ts/vip-core';
import { bindArguments } from './bind-arguments.ts';
import { parametersOf } from './method.ts';

const parameters = parametersOf(t.Tuple([t.String({ title: 'topic' }), t.Number({ title: 'count', default: 10 })]));
const bind = (args: unknown[], kwargs: Record<string, unknown> = {}): unknown[] =>
  bindArguments('query', parameters, args, kwargs);

describe('bindArguments', () => {
  it('takes positional, named and mixed arguments and fills in defaults', () => {
    expect(bind(['a', 5])).toEqual(['a', 5]);
    expect(bind([], { count: 5, topic: 'a' })).toEqual(['a', 5]);
    expect(bind(['a'], { count: 5 })).toEqual(['a', 5]);
    expect(bind(['a'])).toEqual(['a', 10]);
  });

  it.each([
    [[], {}, "missing a required argument: 'topic'"],
    [['a', 1, 2], {}, 'too many positional arguments'],
    [['a'], { topic: 'b' }, "multiple values for argument 'topic'"],
    [['a'], { colour: 1 }, "got an unexpected keyword argument 'colour'"],
  ])('refuses %j %j as Python does', (args, kwargs, text) => {
    expect(() => bind(args, kwargs)).toThrow(text);
  });
});
