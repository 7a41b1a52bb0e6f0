import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readFileIfThere, replaceFileSync, writeFileAtomic } from '@volttron-ts/storage';

import { fileIn } from './certificate-file.ts';

/** A certificate and its private key as PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly privateKey: string;
}

type Folder = 'certs' | 'private' | 'remote_certs';

/**
 * `$VOLTTRON_HOME/certificates` in VOLTTRON's layout (reference/rmq-web-csr.md §2.1): `certs/<name>.crt`,
 * `private/<name>.pem` and, of remote agents, `remote_certs/<name>.crt`. What is in the files is for others to judge.
 */
export class CertificateDirectory {
  readonly path: string;
  #remoteFolder: Promise<void> | undefined;

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
    const certificate = await readFileIfThere(this.certificateFile(name));
    const privateKey = await readFileIfThere(this.keyFile(name));
    return certificate === undefined || privateKey === undefined ? undefined : { certificate, privateKey };
  }

  /** The key first, so that no certificate stands there without its key. Throws FileUnwritableError. */
  async write(name: string, { certificate, privateKey }: CertificatePair): Promise<void> {
    await this.writeKey(name, privateKey);
    await this.#make('certs', 0o755);
    await writeFileAtomic(this.certificateFile(name), certificate, { mode: 0o644 });
  }

  /** The certificate first, so that none stands there without its key. */
  async remove(name: string): Promise<void> {
    await rm(this.certificateFile(name), { force: true });
    await rm(this.keyFile(name), { force: true });
  }

  /** A key that has no certificate here: the one of this instance's agents on other platforms. */
  async readKey(name: string): Promise<string | undefined> {
    return readFileIfThere(this.keyFile(name));
  }

  /** Throws FileUnwritableError. */
  async writeKey(name: string, privateKey: string): Promise<void> {
    await this.#make('private', 0o700);
    await writeFileAtomic(this.keyFile(name), privateKey, { mode: 0o600 });
  }

  /** PEM of a certificate whose key may be elsewhere. */
  async readCertificate(name: string): Promise<string | undefined> {
    return readFileIfThere(this.certificateFile(name));
  }

  /** Names of the certificates in `certs/`, sorted. */
  list(): Promise<readonly string[]> {
    return this.#names('certs');
  }

  /** Names of the certificates in `remote_certs/`, sorted. */
  listRemote(): Promise<readonly string[]> {
    return this.#names('remote_certs');
  }

  /** What a remote agent was given; who gave it writes it again after a power failure. Throws FileUnwritableError. */
  async writeRemote(name: string, certificate: string): Promise<void> {
    await (this.#remoteFolder ??= this.#make('remote_certs', 0o755));
    replaceFileSync(this.remoteFile(name), certificate, { mode: 0o644 });
  }

  async readRemote(name: string): Promise<string | undefined> {
    return readFileIfThere(this.remoteFile(name));
  }

  async removeRemote(name: string): Promise<void> {
    await rm(this.remoteFile(name), { force: true });
  }

  async #names(folder: Folder): Promise<string[]> {
    const files = await readdir(join(this.path, folder)).catch(() => []);
    return files
      .filter((file) => file.endsWith('.crt'))
      .map((file) => file.slice(0, -'.crt'.length))
      .sort();
  }

  async #make(folder: Folder, mode: number): Promise<void> {
    await mkdir(join(this.path, folder), { recursive: true, mode });
  }

  #file(folder: Folder, name: string, extension: string): string {
    return fileIn(join(this.path, folder), name, extension);
  }
}
