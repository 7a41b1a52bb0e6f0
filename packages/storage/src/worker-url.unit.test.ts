import { expect, it } from 'vitest';

import { workerUrl } from './worker-url.ts';

it('names the source module next to a source module', () => {
  expect(workerUrl('file:///p/src/a.ts', './b').href).toBe('file:///p/src/b.ts');
});

it('names the built module next to a built module', () => {
  expect(workerUrl('file:///p/dist/a.js', './deep/b').href).toBe('file:///p/dist/deep/b.js');
});
