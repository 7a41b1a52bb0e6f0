import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { FileUnreadableError, writeFileAtomic } from '@volttron-ts/storage';

import { CertificateNameError } from '../errors.ts';

/** A certificate and its private key as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly privateKey: string;
}

type Folder = 'certs' | 'private' | 'remote_certs' | 'pending_csr' | 'ca_db';

/**
 * `$VOLTTRON_HOME/certificates` in VOLTTRON's layout (reference/rmq-web-csr.md §2.1): `certs/<name>.crt`,
 * `private/<name>.pem` and, of remote agents, `remote_certs/<name>.crt`. What is in the files is for others to judge.
 */
export class CertificateDirectory {
  readonly path: string;

  constructor(home: string) {
    this.path = join(home, 'certificates');
  }

  certificateFile(name: string): string {
    return this.#file('certs', name, '.crt');
  }

  keyFile(name: string): string {
    return this.#file('private', name, '.pem');
  }

  remoteFile(name: string): string {
    return this.#file('remote_certs', name, '.crt');
  }

  /** Undefined unless both files are there. Throws FileUnreadableError, CertificateNameError. */
  async read(name: string): Promise<CertificatePair | undefined> {
    const certificate = await readText(this.certificateFile(name));
    const privateKey = await readText(this.keyFile(name));
    return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
  }

  /** The key first, so that no certificate stands there without its key. Throws FileUnwritableError. */
  async write(name: string, { certificate, privateKey }: CertificatePair): Promise<void> {
    await this.#make('private', 0o700);
    await this.#make('certs', 0o755);
    await writeFileAtomic(this.keyFile(name), privateKey, { mode: 0o600 });
    await writeFileAtomic(this.certificateFile(name), certificate, { mode: 0o644 });
  }

  /** Names of the certificates in `certs/`. */
  async list(): Promise<readonly string[]> {
    const files = await readdir(join(this.path, 'certs')).catch(() => []);
    return files.filter((file) => file.endsWith('.crt')).map((file) => file.slice(0, -'.crt'.length));
  }

  /** What a remote agent was given. */
  async writeRemote(name: string, certificate: string): Promise<void> {
    await this.#make('remote_certs', 0o755);
    await writeFileAtomic(this.remoteFile(name), certificate, { mode: 0o644 });
  }

  async removeRemote(name: string): Promise<void> {
    await rm(this.remoteFile(name), { force: true });
  }

  async #make(folder: Folder, mode: number): Promise<void> {
    await mkdir(join(this.path, folder), { recursive: true, mode });
  }

  #file(folder: Folder, name: string, extension: string): string {
    if (!isFileName(name)) throw new CertificateNameError(name);
    return join(this.path, folder, `${name}${extension}`);
  }
}

/** The longest name of a file, less the extension and the suffix of a file being written. */
const LONGEST = 200;

/** A name must not lead to another folder: the original wrote wherever a common name pointed. */
const isFileName = (name: string): boolean =>
  name.length >= 1 && name.length <= LONGEST && !/[/\\\p{Cc}]/u.test(name) && !name.startsWith('.');

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new FileUnreadableError(path, error);
  }
}
