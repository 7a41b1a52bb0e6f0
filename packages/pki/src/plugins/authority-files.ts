import { createPublicKey, randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readCertificate } from '../certificate/certificate.ts';
import type { Authority } from '../certificate/issue.ts';
import { keyFingerprint } from '../key/key-fingerprint.ts';
import { readPrivateKey, writePrivateKey } from '../key/private-key.ts';
import type { CaInfo } from '../plugin/certificate-plugin.ts';
import { syncDirectory, writePrivateFile } from './private-file.ts';

/** An authority below the root, as it is kept. */
export interface SubAuthority {
  readonly authority: Authority;
  readonly info: CaInfo;
}

const ENDING = '.ca.json';

/** One file for each authority, so that a crash leaves no certificate without its key. */
export class AuthorityFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @throws an error that names the file which cannot be used */
  async read(): Promise<Map<string, SubAuthority>> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith(ENDING)).sort();
    const found = new Map<string, SubAuthority>();
    for (const name of names) {
      const path = join(this.#directory, name);
      try {
        found.set(name.slice(0, -ENDING.length), parse(await readFile(path, 'utf8')));
      } catch (error) {
        throw new Error(`${path} cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    }
    return found;
  }

  /** Answers the new id. */
  async add({ authority, info }: SubAuthority): Promise<string> {
    const id = randomUUID();
    const { name, description } = info;
    const privateKey = writePrivateKey(authority.privateKey);
    const kept = { name, description, certificate: authority.certificate.pem, privateKey };
    await writePrivateFile(this.#path(id), `${JSON.stringify(kept, null, 2)}\n`);
    return id;
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id));
    await syncDirectory(this.#directory);
  }

  #path(id: string): string {
    return join(this.#directory, `${id}${ENDING}`);
  }
}

function parse(text: string): SubAuthority {
  const kept = parseJson(text);
  const certificate = readCertificate(kept.certificate ?? '');
  const privateKey = readPrivateKey(kept.privateKey ?? '');
  if (keyFingerprint(createPublicKey(privateKey)) !== keyFingerprint(certificate.publicKey)) {
    throw new Error('its key is not that of its certificate');
  }
  const authority = { certificate, privateKey };
  return { authority, info: infoOf(authority, kept.name ?? certificate.subject.commonName, kept.description) };
}

/** What the parser says of a text quotes it, and here it holds a key. */
function parseJson(text: string): Record<'name' | 'description' | 'certificate' | 'privateKey', string | undefined> {
  try {
    return JSON.parse(text) as ReturnType<typeof parseJson>;
  } catch {
    throw new Error('it is no JSON');
  }
}

export function infoOf({ certificate }: Authority, name: string, description?: string): CaInfo {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    certificate: certificate.pem,
    expiration: certificate.notAfter.toISOString(),
  };
}
