import type { experimental } from '@grpc/grpc-js';
import { watchFile } from '@volttron-ts/storage';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { ChannelOptions } from './channel-options.ts';
import { readKeyMaterial } from './key-material.ts';
import type { KeyMaterial } from './key-material.ts';

type CaListener = Parameters<experimental.CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<experimental.CertificateProvider['addIdentityCertificateListener']>[0];

export interface WatchedMaterialOptions {
  readonly options: Pick<ChannelOptions, 'ssl_private_key' | 'ssl_cert' | 'ssl_root_cert'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

/**
 * The files of one end, followed while it runs: new connections are made with what they hold now, those that stand go on. Files that do
 * not fit together, such as in the middle of a renewal, change nothing until they do.
 */
export class WatchedMaterial implements experimental.CertificateProvider {
  readonly #options: WatchedMaterialOptions;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  readonly #stopWatching: readonly (() => void)[];
  #material: KeyMaterial;
  #turn: Promise<void> = Promise.resolve();

  private constructor(options: WatchedMaterialOptions, material: KeyMaterial) {
    this.#options = options;
    this.#material = material;
    const { ssl_private_key: key, ssl_cert: certificate, ssl_root_cert: root } = options.options;
    this.#stopWatching = [...new Set([key, certificate, root])].map((path) =>
      watchFile(
        path,
        options.clock,
        () => void this.reload(),
        (error) => {
          options.log.warn('changes of a file will not be noticed', { path, reason: error.message });
        },
      ),
    );
  }

  /** Reads them for the first time; throws ChannelFileError. */
  static async open(options: WatchedMaterialOptions): Promise<WatchedMaterial> {
    return new WatchedMaterial(options, await readKeyMaterial(options.options));
  }

  /** Reads the files once more; settles when what they hold is used, or was refused. */
  reload(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      try {
        this.#become(await readKeyMaterial(this.#options.options));
      } catch (error) {
        this.#options.log.warn('changed files of the gRPC channel are not used', { reason: String(error) });
      }
    });
    return this.#turn;
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    // Not before the library has noted that it listens.
    queueMicrotask(() => {
      listener({ caCertificate: this.#material.root });
    });
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    queueMicrotask(() => {
      const { certificate, privateKey } = this.#material;
      listener({ certificate, privateKey });
    });
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
  }

  #become(material: KeyMaterial): void {
    const { privateKey, certificate, root } = this.#material;
    const isNewRoot = !root.equals(material.root);
    const isNewIdentity = !privateKey.equals(material.privateKey) || !certificate.equals(material.certificate);
    this.#material = material;
    if (isNewRoot) for (const listener of this.#caListeners) listener({ caCertificate: material.root });
    if (isNewIdentity) {
      const identity = { certificate: material.certificate, privateKey: material.privateKey };
      for (const listener of this.#identityListeners) listener(identity);
    }
    if (isNewRoot || isNewIdentity)
      this.#options.log.info('changed files of the gRPC channel are used from now on', {});
  }
}
