import type { Logger, VipError, VipMessage } from '@volttron-ts/vip-core';
import { encodeText } from '@volttron-ts/vip-core';
import { BusPeer } from '@volttron-ts/vip-core/testing';
import { onTestFinished } from 'vitest';
import { RmqConnection } from '../src/index.ts';
import type { AmqpTls, BrokerAddress } from '../src/index.ts';
import { BarePeer, stubRouter } from './bare-peer.ts';
import type { PrivateBroker } from '../src/testing/index.ts';
import { clock } from './real-clock.ts';

export interface Overrides {
  readonly brokers?: readonly BrokerAddress[];
  readonly tls?: AmqpTls;
}

/** A bus peer that notes why its connection does not stand, and what was logged. */
export class Agent extends BusPeer {
  readonly reasons: VipError[];
  readonly logged: string[];

  constructor(bus: RmqConnection, reasons: VipError[], logged: string[]) {
    super(bus);
    this.reasons = reasons;
    this.logged = logged;
  }

  publish(topic: string, body: string, id?: string): Promise<string> {
    return this.send('', 'pubsub', ['publish', topic, body], id);
  }

  async subscribe(prefix: string | readonly string[], more: object = {}): Promise<VipMessage> {
    return this.ask('', 'pubsub', 'subscribe', JSON.stringify({ prefix, bus: '', ...more }));
  }
}

export const bodyWith = (message: unknown): string => JSON.stringify({ bus: '', headers: {}, message });

/** Makes what tests need on one broker; everything ends with its test. */
export class Rig {
  readonly broker: PrivateBroker;
  readonly #certificates = new Map<string, Promise<AmqpTls>>();

  constructor(broker: PrivateBroker) {
    this.broker = broker;
  }

  tls(user: string): Promise<AmqpTls> {
    const tls = this.#certificates.get(user) ?? this.broker.tls(user);
    this.#certificates.set(user, tls);
    return tls;
  }

  foreignTls(user: string): Promise<AmqpTls> {
    return this.broker.foreignTls(user);
  }

  async connection(identity: string, { brokers, tls }: Overrides = {}, log?: Logger): Promise<RmqConnection> {
    return new RmqConnection({
      instance: 'central',
      identity,
      brokers: brokers ?? [{ host: '127.0.0.1', port: this.broker.port }],
      virtualHost: 'volttron',
      tls: tls ?? (await this.tls(`central.${identity}`)),
      clock,
      ...(log === undefined ? {} : { log }),
    });
  }

  /** Opens a connection, without waiting for anything. */
  async agent(identity: string, overrides: Overrides = {}): Promise<Agent> {
    const logged: string[] = [];
    const note = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
    const log = { debug: note, info: note, warn: note, error: note };
    const bus = await this.connection(identity, overrides, log);
    const reasons: VipError[] = [];
    const open = bus.open.bind(bus);
    bus.open = (events) => {
      open({
        message: (message) => events.message(message),
        state: (state, reason) => {
          if (reason !== undefined) reasons.push(reason);
          events.state(state, reason);
        },
      });
    };
    const agent = new Agent(bus, reasons, logged);
    onTestFinished(() => bus.close());
    return agent;
  }

  /** A connected agent. */
  async connected(identity: string, overrides: Overrides = {}): Promise<Agent> {
    const agent = await this.agent(identity, overrides);
    await agent.state('connected');
    return agent;
  }

  async bare(user: string, keys?: readonly string[]): Promise<BarePeer> {
    const peer = await BarePeer.connect(user, this.broker.port, await this.tls(user), keys);
    onTestFinished(() => peer[Symbol.asyncDispose]());
    return peer;
  }

  async router(): Promise<BarePeer> {
    const router = await stubRouter(this.broker.port, await this.tls('central.router'));
    onTestFinished(() => router[Symbol.asyncDispose]());
    return router;
  }
}

export const rpc = (sender: string, recipient: string, text: string, user = sender) => ({
  sender,
  recipient,
  user,
  id: `bare.${text}`,
  subsystem: 'RPC',
  args: [encodeText(text)],
});
