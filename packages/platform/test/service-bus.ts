import { MessageChannel } from 'node:worker_threads';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent } from '@volttron-ts/agent';
import type { Capabilities } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { PortConnection, PortListener, Router } from '@volttron-ts/router';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { onTestFinished } from 'vitest';

/** Capabilities by user. */
export type Held = Readonly<Record<string, Capabilities>>;

const nothing = (): void => undefined;
export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** A log that keeps its lines. */
export function keepingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  return { lines, log: { debug: keep, info: keep, warn: keep, error: keep } };
}

const bystander = defineAgent({ name: 'bystander', config: t.Object({}) });

export interface JoinOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/** A bus in this process for a service and its peers; each peer's user is its identity. Ends with the test. */
export class ServiceBus {
  readonly #ports: PortListener;
  readonly #held: Held;

  private constructor(ports: PortListener, held: Held) {
    this.#ports = ports;
    this.#held = held;
  }

  static async open(held: Held = {}): Promise<ServiceBus> {
    const ports = new PortListener();
    const router = new Router({ routingId: 'router', log: silent, properties: () => ({}) });
    await router.listen(ports);
    onTestFinished(() => router.close());
    return new ServiceBus(ports, held);
  }

  /** Settles when the router has welcomed it. */
  async join(
    identity: string,
    definition: AgentDefinition = bystander,
    { clock = systemClock, log = silent }: JoinOptions = {},
  ): Promise<RunningAgent> {
    const { port1, port2 } = new MessageChannel();
    this.#ports.accept(port1, identity);
    const bus = new PortConnection(port2, identity);
    const capabilitiesOf = (user: string): Capabilities => this.#held[user] ?? {};
    // What the store tells is looked at by itself, so agents do not ask for it.
    const agent = startAgent(definition, { bus, clock, log, capabilitiesOf, configStore: false });
    onTestFinished(() => agent.stop());
    await agent.vip.hello('');
    return agent;
  }
}
