import { randomUUID } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { buffersOf } from '@volttron-ts/auth';
import type { AccessTable } from '@volttron-ts/auth';
import type { AmqpTarget } from '@volttron-ts/bus-rmq';
import { PortConnection } from '@volttron-ts/router';
import type { ProtectedTopicsSnapshot, QueryProperties } from '@volttron-ts/router';
import { startWorker, workerUrl } from '@volttron-ts/storage';
import type { WorkerHandle } from '@volttron-ts/storage';
import type {
  AuthenticationDecision,
  AuthenticationRequest,
  BusConnection,
  Logger,
  VipAddress,
} from '@volttron-ts/vip-core';
import type { RouterEvent, RouterWorker, RouterWorkerData } from './router-worker.ts';

export interface RouterThreadOptions {
  /** The name of this instance among others. */
  readonly instance: string;
  readonly addresses: readonly VipAddress[];
  readonly publicKey: string;
  readonly secretKey: string;
  /** Who may connect; moves to the thread. */
  readonly access: AccessTable;
  /** The journal's tap; moves to the thread. */
  readonly tap: MessagePort;
  /** The broker, where the bus is RabbitMQ. */
  readonly rabbit: AmqpTarget | undefined;
  readonly fault: string | undefined;
  readonly log: Logger;
  readonly onRefused: (request: AuthenticationRequest, decision: AuthenticationDecision) => void;
  readonly onQuit: () => void;
  readonly onCrash: (error: Error) => void;
}

/** Enough for a hundred thousand messages a second; what V8 takes without a limit is no faster (bench many-agents). */
const YOUNG_MB = 48;

/** The router in its worker thread, as the main thread handles it. */
export class RouterThread {
  readonly #worker: WorkerHandle<RouterWorker>;

  constructor(options: RouterThreadOptions) {
    const { log, onRefused, onQuit, onCrash, tap, ...data } = options;
    const { port1: events, port2: far } = new MessageChannel();
    events.on('message', (event: RouterEvent) => {
      if (event.kind === 'log') log[event.level](event.message, event.fields as Record<string, unknown> | undefined);
      else if (event.kind === 'refused') onRefused(event.request, event.decision);
      else onQuit();
    });
    const workerData: RouterWorkerData & { events: MessagePort } = {
      ...data,
      tap,
      routingId: randomUUID(),
      events: far,
    };
    this.#worker = startWorker<RouterWorker>(workerUrl(import.meta.url, './router-worker'), {
      workerData,
      transfer: [tap, far, ...buffersOf(options.access)],
      youngGenerationMb: YOUNG_MB,
      onCrash,
    });
  }

  /** Binds every address; answers them with ports resolved. */
  async listen(): Promise<readonly string[]> {
    return this.#worker.call('listen', undefined);
  }

  /** A trusted connection of the platform's own, not opened yet. */
  connect(identity: string, { trusted = true }: { readonly trusted?: boolean } = {}): BusConnection {
    const { port1, port2 } = new MessageChannel();
    // A router that has ended closes the port, which the connection tells.
    this.#worker.call('accept', { port: port1, identity, trusted }, [port1]).catch(() => {
      port2.close();
    });
    return new PortConnection(port2, identity);
  }

  async setProperties(properties: QueryProperties): Promise<void> {
    await this.#worker.call('properties', properties);
  }

  /** Who may connect from now on; settles once no session lives that would not be let in now. The table moves away. */
  async setAccess(access: AccessTable): Promise<void> {
    await this.#worker.call('access', access, buffersOf(access));
  }

  /** Which topics are protected from now on, and who may use them. */
  async setTopics(snapshot: ProtectedTopicsSnapshot): Promise<void> {
    await this.#worker.call('topics', snapshot);
  }

  /** Ends the live sessions of a credential. */
  async drop(credential: string): Promise<number> {
    return this.#worker.call('drop', credential);
  }

  async close(): Promise<void> {
    await this.#worker.close();
  }
}
