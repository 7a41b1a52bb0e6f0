import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { instanceCa, rootFileName, writePrivateKey } from '../src/index.ts';
import { describeCertificatePlugin } from '../src/testing/index.ts';
import type { PluginUnderTest } from '../src/testing/index.ts';
import { makeAuthority } from './authority.ts';

async function withRoot(home: string): Promise<PluginUnderTest> {
  const { certificate, privateKey } = await makeAuthority();
  for (const [folder, ending, text] of [
    ['certs', 'crt', certificate.pem],
    ['private', 'pem', writePrivateKey(privateKey)],
  ] as const) {
    await mkdir(join(home, 'certificates', folder), { recursive: true });
    await writeFile(join(home, 'certificates', folder, `${rootFileName('central')}.${ending}`), text, { mode: 0o600 });
  }
  return { definition: instanceCa, config: {}, roots: () => certificate.pem };
}

describeCertificatePlugin('instance-ca', withRoot, { features: ['ca-info', 'sub-authorities'] });
