import { basename } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort, Transferable } from 'node:worker_threads';

import { WorkerClosedError, WorkerCrashedError } from './errors.ts';
import { PendingCalls } from './pending-calls.ts';
import type { FromWorker, RequestOf, ResponseOf, ToWorker, WorkerApi } from './worker-messages.ts';

/** Calls a worker's methods from another thread. */
export interface WorkerCaller<Api extends WorkerApi> {
  /**
   * Requests of one caller reach their handlers in order. What `transfer` lists moves instead of being copied.
   *
   * @throws WorkerRequestError, WorkerClosedError, WorkerCrashedError, a DataCloneError
   */
  call<Method extends keyof Api & string>(
    method: Method,
    request: RequestOf<Api, Method>,
    transfer?: readonly Transferable[],
  ): Promise<ResponseOf<Api, Method>>;
}

/** The owner's end of a worker. */
export interface WorkerHandle<Api extends WorkerApi> extends WorkerCaller<Api> {
  /** A further way into the worker, to be transferred to another thread and used there by `connectWorkerPort`. */
  openPort(): MessagePort;
  /** Lets the worker answer what it has received, finish and end. Rejects with WorkerCrashedError if that fails. */
  close(): Promise<void>;
}

/** Another thread's end of a worker. */
export interface WorkerPort<Api extends WorkerApi> extends WorkerCaller<Api> {
  /** Closes this port only; what is unanswered rejects with WorkerClosedError. */
  close(): void;
}

export interface WorkerStart {
  /** Cloned to the worker's `workerData`. */
  readonly workerData?: unknown;
  /** What of `workerData` moves instead of being copied: ports, for instance. */
  readonly transfer?: readonly Transferable[];
  /** How far the memory for short-lived objects may grow, MB; a thread that works at an even pace else grows for minutes. */
  readonly youngGenerationMb?: number;
  /** Called once if the worker ends without having been closed. */
  readonly onCrash: (error: WorkerCrashedError) => void;
}

/** Starts the worker whose module calls `serveWorker`; `url` comes from `workerUrl`. */
export function startWorker<Api extends WorkerApi>(
  url: URL,
  { workerData, transfer = [], youngGenerationMb, onCrash }: WorkerStart,
): WorkerHandle<Api> {
  const name = basename(url.pathname);
  const worker = new Worker(url, {
    name,
    workerData,
    transferList: [...transfer],
    ...(youngGenerationMb === undefined ? {} : { resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb } }),
  });
  const calls = new PendingCalls();
  const ended = Promise.withResolvers<undefined>();
  ended.promise.catch(() => undefined);
  let closing = false;
  let thrown: unknown;

  worker.on('message', (message: FromWorker) => {
    calls.settle(message);
  });
  worker.on('error', (error) => {
    thrown = error;
  });
  worker.on('exit', (exitCode) => {
    if (closing && exitCode === 0) {
      calls.fail(new WorkerClosedError(name));
      ended.resolve(undefined);
      return;
    }
    const crash = new WorkerCrashedError(name, exitCode, thrown);
    calls.fail(crash);
    ended.reject(crash);
    if (!closing) onCrash(crash);
  });

  const post = (message: ToWorker, moved: readonly Transferable[] = []): void => {
    worker.postMessage(message, moved);
  };
  return {
    call: caller(calls, post),
    openPort() {
      const { port1, port2 } = new MessageChannel();
      post({ kind: 'port', port: port1 }, [port1]);
      return port2;
    },
    close() {
      if (!closing) post({ kind: 'close' });
      closing = true;
      return ended.promise;
    },
  };
}

/** Uses a port that `openPort` made; `name` is for messages. */
export function connectWorkerPort<Api extends WorkerApi>(port: MessagePort, name: string): WorkerPort<Api> {
  const calls = new PendingCalls();
  port.on('message', (message: FromWorker) => {
    calls.settle(message);
  });
  port.on('close', () => {
    calls.fail(new WorkerClosedError(name));
  });
  return {
    call: caller(calls, (message, moved) => {
      port.postMessage(message, moved);
    }),
    close() {
      port.close();
    },
  };
}

function caller<Api extends WorkerApi>(
  calls: PendingCalls,
  post: (message: ToWorker, moved: readonly Transferable[]) => void,
): WorkerCaller<Api>['call'] {
  return async (method, request, transfer = []) => {
    const response = await calls.open(method, (id) => {
      post({ kind: 'request', id, method, request }, transfer);
    });
    return response as ResponseOf<Api, typeof method>;
  };
}
