import type { Logger } from '@volttron-ts/vip-core';

import type { CertificateRequest } from './certificate-enrolment.ts';

type Told = 'certificate-ready' | 'ca-unavailable';

/** Tells listeners; a request is read only when somebody wants to hear of it. */
export class RequestEvents {
  readonly #find: (id: string) => Promise<CertificateRequest | undefined>;
  readonly #log: Logger;
  readonly #listeners = new Map<string, Set<(request?: CertificateRequest) => void>>();

  constructor(find: (id: string) => Promise<CertificateRequest | undefined>, log: Logger) {
    this.#find = find;
    this.#log = log;
  }

  on(event: Told | 'change', listener: (request?: CertificateRequest) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  changed(): void {
    this.#call('change');
  }

  emit(event: Told, id: string): void {
    if ((this.#listeners.get(event)?.size ?? 0) === 0) return;
    this.#find(id).then(
      (request) => {
        if (request !== undefined) this.#call(event, request);
      },
      (error: unknown) => {
        this.#log.error(`Nobody could be told of ${event}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
  }

  /** No listener may stop the process, or keep others from hearing. */
  #call(event: string, request?: CertificateRequest): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(request);
      } catch (error) {
        this.#log.error(`A listener of ${event} threw: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
