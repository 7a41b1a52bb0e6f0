import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { openssl } from './support/openssl.ts';
import { SOURCES } from './support/vctl.ts';

const execute = promisify(execFile);
const programs = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url));

/** The shell commands of a section of the README, as an operator would copy them. */
async function exampleOf(section: string): Promise<string> {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, body = ''] = text.split(`\n## ${section}\n`);
  return /```sh\n(.*?)```/s.exec(body)?.[1] ?? '';
}

it("the README's example of certificates works as it stands there", async () => {
  const folder = await scratch();
  const PATH = [dirname(process.execPath), programs, process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH, NODE_OPTIONS: SOURCES, VOLTTRON_HOME: folder };
  const { stdout, stderr } = await execute('sh', ['-ec', await exampleOf('Certificates')], { cwd: folder, env });
  expect(stderr).toBe('');
  expect(stdout).toContain('server.crt: OK');
  expect(stdout).toContain('CN=meter');
  expect((await readdir(folder)).sort()).toEqual([
    ...['client.crt', 'client.key', 'client.p12', 'passphrase', 'rootCA.key', 'rootCA.pem', 'rootCA.srl'],
    ...['server.crt', 'server.csr', 'server.key'],
  ]);
  const verify = ['verify', '-x509_strict', '-verify_hostname', 'localhost', '-CAfile', 'rootCA.pem', 'server.crt'];
  expect(await openssl(folder, ...verify)).toBe('server.crt: OK\n');
  expect(await openssl(folder, 'verify', '-verify_ip', '127.0.0.1', '-CAfile', 'rootCA.pem', 'server.crt')).toContain(
    'OK',
  );
  expect(await readFile(join(folder, 'client.p12'))).not.toHaveLength(0);
});
