import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

import { NotInWorkerError, UnknownMethodError } from './errors.ts';
import { carryError, Transferring } from './worker-messages.ts';
import type { FromWorker, ToWorker, WorkerApi } from './worker-messages.ts';

export interface ServedWorker {
  /** Aborted when the owner closes the worker; handlers that wait for something end then. */
  readonly closing: AbortSignal;
}

/**
 * Answers requests from the owner and from every further port, in a worker's module. When the owner closes it, what has
 * arrived is still answered, then `finish` runs, then the thread ends.
 *
 * @throws NotInWorkerError
 */
export function serveWorker(handlers: WorkerApi, finish: () => void | Promise<void> = () => undefined): ServedWorker {
  if (parentPort === null) throw new NotInWorkerError();
  const server = new WorkerServer(handlers, finish);
  server.listen(parentPort);
  return { closing: server.closing };
}

class WorkerServer {
  readonly #handlers: WorkerApi;
  readonly #finish: () => void | Promise<void>;
  readonly #ports = new Set<MessagePort>();
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(handlers: WorkerApi, finish: () => void | Promise<void>) {
    this.#handlers = handlers;
    this.#finish = finish;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  listen(port: MessagePort): void {
    this.#ports.add(port);
    port.on('message', (message: ToWorker) => {
      this.#receive(port, message);
    });
    port.on('close', () => {
      this.#ports.delete(port);
    });
  }

  #receive(port: MessagePort, message: ToWorker): void {
    if (message.kind === 'port') this.listen(message.port);
    else if (message.kind === 'request') this.#start(port, message);
    else void this.#close();
  }

  #start(port: MessagePort, message: Extract<ToWorker, { kind: 'request' }>): void {
    const running = this.#answer(port, message).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #answer(port: MessagePort, { id, method, request }: Extract<ToWorker, { kind: 'request' }>): Promise<void> {
    try {
      const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method] : undefined;
      if (handler === undefined) throw new UnknownMethodError(method);
      const result = await handler(request as never);
      const [response, transfer] =
        result instanceof Transferring ? [result.response as unknown, result.transfer] : [result, []];
      port.postMessage({ id, response } satisfies FromWorker, transfer);
    } catch (error) {
      port.postMessage({ id, error: carryError(error) } satisfies FromWorker);
    }
  }

  /** Ports are not ordered among each other: what was sent to another one before the close is fetched first. */
  async #close(): Promise<void> {
    for (const port of this.#ports) {
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        this.#receive(port, next.message as ToWorker);
      }
    }
    this.#closing.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#finish();
    for (const port of this.#ports) port.close();
  }
}
