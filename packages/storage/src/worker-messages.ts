import { inspect } from 'node:util';
import type { MessagePort, Transferable } from 'node:worker_threads';

import type { CarriedError } from './errors.ts';

/**
 * What a worker offers: methods of one request and one response, both of which can be cloned between threads. Declare
 * it as a type beside the handlers; both sides import it.
 */
export type WorkerApi = Record<string, (request: never) => unknown>;

/** The request of one method. */
export type RequestOf<Api extends WorkerApi, Method extends keyof Api> = Parameters<Api[Method]>[0];
/** What one method answers, once it has settled. */
export type ResponseOf<Api extends WorkerApi, Method extends keyof Api> =
  Awaited<ReturnType<Api[Method]>> extends Transferring<infer Response> ? Response : Awaited<ReturnType<Api[Method]>>;

/** Towards the worker. */
export type ToWorker =
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly request: unknown }
  | { readonly kind: 'port'; readonly port: MessagePort }
  | { readonly kind: 'close' };

/** Back from the worker. */
export type FromWorker =
  { readonly id: number; readonly response: unknown } | { readonly id: number; readonly error: CarriedError };

/** A response whose buffers are moved to the caller's thread instead of copied. */
export class Transferring<Response> {
  readonly response: Response;
  readonly transfer: readonly Transferable[];

  constructor(response: Response, transfer: readonly Transferable[]) {
    this.response = response;
    this.transfer = transfer;
  }
}

/** Answers `response` and moves the listed buffers or ports instead of copying them. */
export function transferring<Response>(response: Response, transfer: readonly Transferable[]): Transferring<Response> {
  return new Transferring(response, transfer);
}

/** Strips an error to what a structured clone keeps. */
export function carryError(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { name: 'Error', code: 'worker-request', message: String(error) };
  const { code, item, value, remedy } = error as Error & Partial<Record<'code' | 'item' | 'value' | 'remedy', unknown>>;
  return {
    name: error.name,
    code: typeof code === 'string' ? code : 'worker-request',
    message: error.message,
    item: typeof item === 'string' ? item : undefined,
    value: plain(value),
    remedy: typeof remedy === 'string' ? remedy : undefined,
    stack: error.stack,
  };
}

function plain(value: unknown): string | number | boolean | undefined {
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value : inspect(value);
}
