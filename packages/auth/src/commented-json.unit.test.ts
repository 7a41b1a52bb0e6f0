import { expect, it } from 'vitest';

import { blankComments } from './commented-json.ts';

it('blanks comments of all three kinds and keeps texts, lines and columns', () => {
  const text = ['{ # one', '  "a": "x // # /* y", // two', '  /* three', '     four */ "b\\"#": 1', '}'].join('\n');
  const blanked = blankComments(text);
  expect(JSON.parse(blanked)).toEqual({ a: 'x // # /* y', 'b"#': 1 });
  expect(blanked.split('\n').map((line) => line.length)).toEqual(text.split('\n').map((line) => line.length));
});
