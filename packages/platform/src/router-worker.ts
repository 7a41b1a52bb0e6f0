import { workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { createAuthenticator } from '@volttron-ts/auth';
import type { AccessTable } from '@volttron-ts/auth';
import type { AmqpTarget } from '@volttron-ts/bus-rmq';
import { ZmqConnection, ZmqListener } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect/system-clock';
import { capturedPrefixes, connectJournalTap } from '@volttron-ts/history';
import { defaultPeerLimits, PortListener, ProtectedTopics, Router } from '@volttron-ts/router';
import type { ProtectedTopicsSnapshot, QueryProperties } from '@volttron-ts/router';
import { serveWorker } from '@volttron-ts/storage';
import { parseAddress } from '@volttron-ts/vip-core';
import type {
  AuthenticationDecision,
  AuthenticationRequest,
  Logger,
  LogLevel,
  VipAddress,
} from '@volttron-ts/vip-core';
import { faultyTap } from './test-faults.ts';

/** What the router's thread is started with. */
export interface RouterWorkerData {
  readonly routingId: string;
  /** The name of this instance among others. */
  readonly instance: string;
  readonly addresses: readonly VipAddress[];
  /** The platform's own pair, 43 characters each. */
  readonly publicKey: string;
  readonly secretKey: string;
  /** Who may connect. */
  readonly access: AccessTable;
  readonly tap: MessagePort;
  /** The broker, where the bus is RabbitMQ. */
  readonly rabbit: AmqpTarget | undefined;
  /** Names the fault that a test wants; see test-faults.ts. */
  readonly fault: string | undefined;
}

/** What it tells the main thread, unasked. */
export type RouterEvent =
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: object | undefined }
  | { readonly kind: 'refused'; readonly request: AuthenticationRequest; readonly decision: AuthenticationDecision }
  | { readonly kind: 'quit' };

/** What the main thread asks of it. */
export type RouterWorker = typeof handlers;

const data = workerData as RouterWorkerData & { readonly events: MessagePort };
const tell = (event: RouterEvent): void => {
  data.events.postMessage(event);
};
const log: Logger = Object.fromEntries(
  (['debug', 'info', 'warn', 'error'] as const).map((level) => [
    level,
    (message: string, fields?: object) => {
      tell({ kind: 'log', level, message, fields });
    },
  ]),
) as unknown as Logger;

let properties: QueryProperties = {};
const authenticator = createAuthenticator(data.access, {
  log,
  onRefused: (request, decision) => {
    tell({ kind: 'refused', request, decision });
  },
});
const tap = await connectJournalTap(data.tap);
const ports = new PortListener();
const topics = new ProtectedTopics();
const router = new Router({
  routingId: data.routingId,
  log,
  tap: faultyTap(data.fault, tap),
  topics,
  limits: defaultPeerLimits,
  external: {
    instance: data.instance,
    dial: ({ serverkey, address }, identity) =>
      new ZmqConnection({
        identity,
        address: parseAddress(address),
        keys: { publickey: data.publicKey, secretkey: data.secretKey, serverkey },
        clock: systemClock,
      }),
    random: Math.random,
  },
  properties: () => properties,
  onQuit: () => {
    tell({ kind: 'quit' });
  },
});

// The platform's own services are peers before anybody else can be.
await router.listen(ports);

const listener = new ZmqListener({
  addresses: data.addresses,
  keys: { publickey: data.publicKey, secretkey: data.secretKey },
  authenticator,
  clock: systemClock,
  log,
  queue: defaultPeerLimits.queue,
});

/** Loaded where the bus is RabbitMQ, and only there. */
async function listenOnRabbit(target: AmqpTarget): Promise<void> {
  const { RmqListener } = await import('@volttron-ts/bus-rmq');
  const { instance } = data;
  await router.listen(new RmqListener({ ...target, instance, keptTopics: capturedPrefixes, clock: systemClock, log }));
}

interface AcceptRequest {
  readonly port: MessagePort;
  readonly identity: string;
  readonly trusted: boolean;
}

const handlers = {
  /** Binds; answers the addresses with ports resolved. Throws BindError. */
  listen: async () => {
    await router.listen(listener);
    if (data.rabbit !== undefined) await listenOnRabbit(data.rabbit);
    return router.addresses;
  },
  properties: (next: QueryProperties) => {
    properties = next;
  },
  /** Settles once no session lives that the new rules would not let in. */
  access: async (next: AccessTable) => {
    authenticator.update(next);
    await listener.recheck((request) => authenticator.decide(request));
  },
  /** Which topics are protected, and who may use them. */
  topics: (next: ProtectedTopicsSnapshot) => {
    topics.update(next);
  },
  drop: (credential: string) => router.drop(credential),
  accept: ({ port, identity, trusted }: AcceptRequest) => {
    ports.accept(port, identity, trusted);
  },
};

serveWorker(handlers, async () => {
  await router.close();
  tap.close();
  data.events.close();
});
