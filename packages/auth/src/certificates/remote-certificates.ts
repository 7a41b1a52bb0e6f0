import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readFileIfThere, writeFileAtomic } from '@volttron-ts/storage';

import { fileIn } from './certificate-file.ts';

/** What a remote platform gave an agent of this instance. */
export interface RemoteCertificate {
  /** PEM, with what stands between it and the root. */
  readonly certificate: string;
  /** PEM of the root it comes from. */
  readonly root: string;
}

export interface NewRemoteCertificate extends RemoteCertificate {
  /** `<remote instance>.<own instance>.<identity>` */
  readonly name: string;
  readonly remoteInstance: string;
  /** Stem of the key's file in `private/`: `<own instance>.<identity>`. */
  readonly keyName: string;
  /** PEM of this instance's own root, for the bundle. */
  readonly ownRoot?: string | undefined;
  /** `HOST:PORT` of the broker that it is for, where there is one. */
  readonly broker?: string | undefined;
}

/** A platform that gave a certificate. */
export interface RemoteIssuer {
  readonly remoteInstance: string;
  /** Undefined for one that Python has written down. */
  readonly broker: string | undefined;
}

const BUNDLE = 'requests_ca_bundle';
const ROOT = '_ca.crt';

/**
 * The certificates that remote platforms gave one agent, in the folder and files of VOLTTRON's agents
 * (reference/rmq-web-csr.md §2.4): `<name>.crt`, `<remote instance>_ca.crt`, `<name>.json`, and `requests_ca_bundle` with
 * all roots.
 */
export class RemoteCertificates {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Throws CertificateNameError. */
  certificateFile(name: string): string {
    return fileIn(this.folder, name, '.crt');
  }

  /** Throws FileUnreadableError. */
  async read(name: string, remoteInstance: string): Promise<RemoteCertificate | undefined> {
    const certificate = await readFileIfThere(this.certificateFile(name));
    const root = await readFileIfThere(fileIn(this.folder, remoteInstance, ROOT));
    return certificate === undefined || root === undefined ? undefined : { certificate, root };
  }

  /** The certificate last: where it stands, all that belongs to it stands, too. Throws FileUnwritableError. */
  async write({
    name,
    remoteInstance,
    keyName,
    certificate,
    root,
    ownRoot,
    broker,
  }: NewRemoteCertificate): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const write = (file: string, text: string): Promise<void> => writeFileAtomic(file, text, { mode: 0o644 });
    await write(fileIn(this.folder, remoteInstance, ROOT), root);
    await write(join(this.folder, BUNDLE), await this.#allRoots(ownRoot));
    const about = { remote_ca_name: `${remoteInstance}_ca`, local_keyname: keyName, broker };
    await write(fileIn(this.folder, name, '.json'), JSON.stringify(about));
    await write(this.certificateFile(name), certificate);
  }

  /** The platforms that gave certificates; a file that is none of ours is passed over. */
  async issuers(): Promise<readonly RemoteIssuer[]> {
    const files = (await readdir(this.folder).catch(() => [])).filter((file) => file.endsWith('.json')).sort();
    const texts = await Promise.all(files.map((file) => readFileIfThere(join(this.folder, file))));
    return texts.flatMap((text) => issuerOf(text ?? ''));
  }

  async remove(name: string): Promise<void> {
    await rm(this.certificateFile(name), { force: true });
    await rm(fileIn(this.folder, name, '.json'), { force: true });
  }

  async #allRoots(ownRoot: string | undefined): Promise<string> {
    const files = (await readdir(this.folder)).filter((file) => file.endsWith(ROOT)).sort();
    const roots = await Promise.all(files.map((file) => readFileIfThere(join(this.folder, file))));
    return [ownRoot, ...roots].flatMap((pem) => (pem === undefined ? [] : `${pem.trim()}\n`)).join('');
  }
}

function issuerOf(text: string): readonly RemoteIssuer[] {
  try {
    const { remote_ca_name: root, broker } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof root !== 'string' || !root.endsWith('_ca')) return [];
    return [{ remoteInstance: root.slice(0, -'_ca'.length), broker: typeof broker === 'string' ? broker : undefined }];
  } catch {
    return [];
  }
}
