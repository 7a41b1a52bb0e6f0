import { Client, credentials, experimental, status } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { ChannelOptions } from './channel-options.ts';
import { CallError } from './errors.ts';
import type { StatusName } from './errors.ts';
import { WatchedMaterial } from './watched-material.ts';

export interface ClientOptions {
  readonly options: ChannelOptions;
  readonly service: ServiceDefinition;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

export interface CallOptions {
  /** 60 s when not given. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface GrpcClient {
  /** Calls a method of the service. Rejects with CallError. */
  call(method: string, request: object, options?: CallOptions): Promise<object>;
  /** Uses changed files at once instead of soon. */
  reload(): Promise<void>;
  close(): void;
}

const DEADLINE_MS = 60_000;

/** Dials a target when it is first called. Throws ChannelFileError before that. */
export async function openClient({ options, service, clock, log }: ClientOptions): Promise<GrpcClient> {
  const secured = options.use_secure_connection ? await WatchedMaterial.open({ options, clock, log }) : undefined;
  if (secured === undefined) {
    log.warn('the gRPC client is insecure: it may talk to anybody, and what passes may be read and changed', {
      target: options.target,
      remedy: 'Set use_secure_connection to true.',
    });
  }
  const client = new Client(
    options.target,
    secured === undefined
      ? credentials.createInsecure()
      : experimental.createCertificateProviderChannelCredentials(secured, secured),
    Object.fromEntries(options.options),
  );
  return {
    call: (method, request, callOptions = {}) => call(client, service, { method, request, ...callOptions }),
    reload: async () => secured?.reload(),
    close: () => {
      secured?.close();
      client.close();
    },
  };
}

interface Question extends CallOptions {
  readonly method: string;
  readonly request: object;
}

function call(client: Client, service: ServiceDefinition, question: Question): Promise<object> {
  const { method, request, deadlineMs = DEADLINE_MS, signal } = question;
  const definition = service[method];
  if (definition === undefined) return Promise.reject(new CallError('UNIMPLEMENTED', `There is no method ${method}.`));
  return new Promise((resolve, reject) => {
    const { path, requestSerialize, responseDeserialize } = definition;
    const running = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize as (bytes: Buffer) => object,
      request,
      { deadline: Date.now() + deadlineMs },
      (error, response) => {
        signal?.removeEventListener('abort', abort);
        if (error === null && response !== undefined) resolve(response);
        else reject(new CallError(nameOf(error?.code), error?.details ?? 'There was no answer.', error));
      },
    );
    const abort = (): void => {
      running.cancel();
    };
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

const nameOf = (code: status | undefined): StatusName => status[code ?? status.UNKNOWN] as StatusName;
