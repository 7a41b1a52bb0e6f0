import { WorkerRequestError } from './errors.ts';
import type { StorageError } from './errors.ts';
import type { FromWorker } from './worker-messages.ts';

interface Call {
  readonly method: string;
  readonly resolve: (response: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** The requests a worker has not answered yet. Once failed, it fails whatever follows too. */
export class PendingCalls {
  readonly #calls = new Map<number, Call>();
  #last = 0;
  #failure: StorageError | undefined;

  /** Sends a request under a new number; a value that cannot be cloned rejects. */
  open(method: string, send: (id: number) => void): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      send(id);
      this.#calls.set(id, { method, resolve, reject });
    });
  }

  settle(message: FromWorker): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    if ('error' in message) call.reject(new WorkerRequestError(call.method, message.error));
    else call.resolve(message.response);
  }

  /** The first failure stands. */
  fail(failure: StorageError): void {
    this.#failure ??= failure;
    for (const { reject } of this.#calls.values()) reject(this.#failure);
    this.#calls.clear();
  }
}
