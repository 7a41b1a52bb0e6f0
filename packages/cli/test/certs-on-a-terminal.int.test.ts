import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { openssl } from './support/openssl.ts';
import { SOURCES } from './support/vctl.ts';

const VCTL = fileURLToPath(new URL('../../../node_modules/.bin/vctl', import.meta.url));

/** A program at a terminal of its own, which is util-linux's `script`. */
class AtTerminal {
  readonly #child;
  #shown = '';
  #hear: () => void = () => undefined;
  readonly ended: Promise<number | null>;

  constructor(folder: string, args: readonly string[]) {
    const command = [process.execPath, SOURCES, VCTL, ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...process.env, VOLTTRON_HOME: folder, TERM: 'xterm' },
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', () => {
        reject(new Error('script is missing: apt-get install util-linux bsdutils'));
      });
      this.#child.once('close', resolve);
    });
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#shown += chunk.toString();
      this.#hear();
    });
    onTestFinished(() => {
      this.#child.kill();
    });
  }

  /** Types this once the screen has asked for it. */
  async answer(question: string, keys: string): Promise<void> {
    while (!this.#shown.includes(question)) {
      const heard = new Promise<void>((resolve) => (this.#hear = resolve));
      await Promise.race([heard, this.ended.then(() => Promise.reject(new Error(`it ended: ${this.#shown}`)))]);
    }
    this.#child.stdin.write(keys);
  }

  get shown(): string {
    return this.#shown;
  }
}

describe('a passphrase at a terminal', () => {
  it('is asked twice for a new key and once for a known one, and never shown', async () => {
    const folder = await scratch();
    const root = new AtTerminal(folder, ['certs', 'root', '--algorithm', 'P-256']);
    await root.answer('Enter PEM pass phrase:', 'sesamX\u007fe\r');
    await root.answer('Verifying - Enter PEM pass phrase:', 'sesame\r');
    await root.answer('Country Name (2 letter code) [AU]:', 'US\r');
    await root.answer('State or Province Name (full name) [Some-State]:', '.\r');
    await root.answer('Locality Name (eg, city) []:', '\r');
    await root.answer('Organization Name (eg, company) [Internet Widgits Pty Ltd]:', 'Test\r');
    await root.answer('Organizational Unit Name (eg, section) []:', '\r');
    await root.answer('Common Name (e.g. server FQDN or YOUR name) []:', 'our root\r');
    await root.answer('Email Address []:', '\r');
    expect(await root.ended, root.shown).toBe(0);
    expect(root.shown).not.toMatch(/sesam/);
    expect(root.shown).toContain('our root');
    const opened = await openssl(folder, 'pkey', '-in', 'rootCA.key', '-passin', 'pass:sesame', '-noout', '-check');
    expect(opened).toContain('valid');

    const client = new AtTerminal(folder, ['certs', 'client', '--subject', '/CN=c', '--algorithm', 'P-256']);
    await client.answer('Enter pass phrase for rootCA.key:', 'sesame\r');
    expect(await client.ended, client.shown).toBe(0);
    expect(client.shown).not.toContain('sesame');
  });

  it.each([
    ['^C', '\u0003'],
    ['^D', '\u0004'],
  ])('that is given up by %s leaves nothing behind', async (_, keys) => {
    const folder = await scratch();
    const root = new AtTerminal(folder, ['certs', 'root', '--subject', '/CN=r']);
    await root.answer('Enter PEM pass phrase:', keys);
    expect(await root.ended).toBe(1);
    expect(root.shown).toContain('nothing was changed');
    await expect(readFile(join(folder, 'rootCA.key'))).rejects.toThrow('ENOENT');
  });
});
