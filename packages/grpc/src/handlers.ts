import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData, UntypedHandleCall } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { CallError } from './errors.ts';
import { peerOf } from './peer.ts';
import type { Peer } from './peer.ts';

/** A method: what it answers is the response; a CallError is the status, anything else INTERNAL. */
export type UnaryHandler = (request: object, peer: Peer) => Promise<object> | object;

/** A method with many answers; the signal aborts when the caller no longer wants them. */
export interface StreamHandler {
  readonly stream: (request: object, peer: Peer, signal: AbortSignal) => AsyncIterable<object>;
}

/** A method with many requests and answers. */
export interface DuplexHandler {
  readonly duplex: (requests: AsyncIterable<object>, peer: Peer, signal: AbortSignal) => AsyncIterable<object>;
}

export type Handler = UnaryHandler | StreamHandler | DuplexHandler;

/** A handler as the library wants it. What it throws that is no CallError is logged, and the caller is told no more. */
export function implement(name: string, handler: Handler, log: Logger): UntypedHandleCall {
  const statusOf = (error: unknown): { code: status; details: string } => {
    if (error instanceof CallError) return { code: status[error.status], details: error.message };
    log.error('a gRPC method failed', { method: name, reason: String(error) });
    return { code: status.INTERNAL, details: `${name} failed.` };
  };
  if (typeof handler === 'function') {
    return (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
      Promise.resolve()
        .then(() => handler(call.request, peerOf(call)))
        .then(
          (response) => {
            answer(null, response);
          },
          (error: unknown) => {
            answer(statusOf(error));
          },
        );
    };
  }
  if ('stream' in handler) {
    return (call: ServerWritableStream<object, object>) => {
      void pour(call, (signal) => handler.stream(call.request, peerOf(call), signal), statusOf);
    };
  }
  return (call: ServerDuplexStream<object, object>) => {
    void pour(call, (signal) => handler.duplex(call, peerOf(call), signal), statusOf);
  };
}

/** Writes answers as fast as the caller takes them. */
async function pour(
  call: ServerWritableStream<object, object> | ServerDuplexStream<object, object>,
  answers: (signal: AbortSignal) => AsyncIterable<object>,
  statusOf: (error: unknown) => { code: status; details: string },
): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  call.on('cancelled', () => {
    ending.abort();
  });
  try {
    for await (const answer of answers(signal)) {
      if (signal.aborted) return;
      if (!call.write(answer)) await once(call, 'drain', { signal });
    }
    call.end();
  } catch (error) {
    if (!signal.aborted) call.emit('error', statusOf(error));
  } finally {
    ending.abort();
  }
}

/** What an agent's call met, as the status that says the same. */
export function asCallError(error: unknown): unknown {
  if (!(error instanceof VipError)) return error;
  const names = {
    unreachable: 'UNAVAILABLE',
    unauthorized: 'PERMISSION_DENIED',
    timeout: 'DEADLINE_EXCEEDED',
  } as const;
  const others = {
    'unknown-method': 'UNIMPLEMENTED',
    'invalid-value': 'INVALID_ARGUMENT',
    again: 'RESOURCE_EXHAUSTED',
  } as const;
  const known: Readonly<Record<string, CallError['status']>> = { ...names, ...others };
  return new CallError(known[error.code] ?? 'UNKNOWN', error.line, error);
}
