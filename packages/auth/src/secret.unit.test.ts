import { format, inspect } from 'node:util';

import { expect, it } from 'vitest';

import { Secret } from './secret.ts';

it('a secret prints as *** whichever way it is printed', () => {
  const secret = new Secret('hush');
  const printed = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect({ secret }, { depth: 9, showHidden: true }),
    format('%s %o %j', secret, secret, secret),
    inspect(Object.entries(secret)),
  ];
  expect(printed.join()).not.toContain('hush');
  expect(secret.reveal()).toBe('hush');
});
