import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { issueCertificate, readSigningRequest } from '../src/index.ts';
import type { Authority } from '../src/index.ts';
import { clock, makeAuthority } from './authority.ts';

/** The person who carries requests to an offline CA, and certificates back. */
export class OfflineCa {
  readonly root: Authority;
  readonly #outbox: string;
  readonly #inbox: string;
  #last: Promise<unknown> = Promise.resolve();
  readonly #seen = new Set<string>();

  static async make(directory: string): Promise<OfflineCa> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return new OfflineCa(directory, await makeAuthority('offline-root'));
  }

  private constructor(directory: string, root: Authority) {
    this.#outbox = join(directory, 'outbox');
    this.#inbox = join(directory, 'inbox');
    this.root = root;
  }

  /** How many different requests have ever lain in the outbox. */
  asked(): Promise<number> {
    return this.#inTurn(async () => {
      await this.#look();
      return this.#seen.size;
    });
  }

  async #look(): Promise<void> {
    for (const name of await requests(this.#outbox))
      this.#seen.add(`${name} ${await readFile(join(this.#outbox, name), 'utf8')}`);
  }

  /** One person does one thing after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Carries all requests away and brings their certificates, the client's as the profile nobody tells. */
  work(): Promise<void> {
    return this.#inTurn(() => this.#work());
  }

  async #work(): Promise<void> {
    await this.#look();
    for (const name of await requests(this.#outbox)) {
      const csr = await readFile(join(this.#outbox, name), 'utf8');
      await rm(join(this.#outbox, name));
      const { subject, publicKey, dnsNames } = readSigningRequest(csr);
      const options = { issuer: this.root, profile: 'peer', validity: { days: 90 }, clock } as const;
      const { pem } = issueCertificate({ ...options, subject, publicKey, dnsNames });
      await writeFile(join(this.#inbox, name.replace(/csr$/, 'crt')), pem, { mode: 0o600 });
    }
  }

  async away(): Promise<void> {
    for (const folder of [this.#outbox, this.#inbox]) {
      await rename(folder, `${folder}.away`);
      await writeFile(folder, '', { mode: 0o600 });
    }
  }

  async back(): Promise<void> {
    for (const folder of [this.#outbox, this.#inbox]) {
      await rm(folder);
      await rename(`${folder}.away`, folder);
    }
  }
}

const requests = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.csr'));
