import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readPkcs12 } from '../src/index.ts';

const here = import.meta.dirname;

it.each(['readme-example.ts', 'readme-revocation.ts'])('shows in README.md the example that runs: %s', async (name) => {
  const readme = await readFile(join(here, '../README.md'), 'utf8');
  const source = await readFile(join(here, name), 'utf8');
  expect(readme).toContain(source.replaceAll("'../src/index.ts'", "'@volttron-ts/pki'").trim());
});

it('issues, verifies, exports and revokes in its examples', async () => {
  const { issuer, web, file } = await import('./readme-example.ts');
  const { revoke } = await import('./readme-revocation.ts');
  expect(web.dnsNames).toEqual(['localhost']);
  expect((await readPkcs12(file, 'correct horse battery staple')).certificate.pem).toBe(web.pem);
  const revoked = { status: 'revoked', reason: 'keyCompromise' };
  expect(revoke(web, issuer)).toMatchObject({ listed: revoked, answered: revoked });
});
