import { MessageChannel } from 'node:worker_threads';
import type { Logger } from '@volttron-ts/vip-core';
import { BusPeer } from '@volttron-ts/vip-core/testing';
import { PortConnection, PortListener, Router } from '../src/index.ts';
import type { RouterOptions } from '../src/index.ts';

/** A router with its in-process port, peers on it, and its log. */
export class RouterRig implements AsyncDisposable {
  readonly router: Router;
  readonly lines: string[] = [];
  /** What stands beside each line. */
  readonly fields: Readonly<Record<string, unknown>>[] = [];
  readonly #ports = new PortListener();
  readonly #peers: BusPeer[] = [];
  #logged: (() => void)[] = [];
  quits = 0;

  private constructor(options: Partial<RouterOptions>) {
    const note = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      this.lines.push(message);
      this.fields.push(fields);
      for (const check of this.#logged.splice(0)) check();
    };
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    this.router = new Router({
      routingId: 'router-1',
      log,
      properties: () => ({
        'instance-name': 'here',
        addresses: ['tcp://127.0.0.1:22916'],
        'agent-monitor-frequency': 600,
      }),
      onQuit: () => (this.quits += 1),
      ...options,
    });
  }

  static async create(options: Partial<RouterOptions> = {}): Promise<RouterRig> {
    const rig = new RouterRig(options);
    await rig.router.listen(rig.#ports);
    return rig;
  }

  /** Settles when a line was logged. */
  async logged(text: string): Promise<void> {
    while (!this.lines.some((line) => line.includes(text))) {
      await new Promise<void>((resolve) => this.#logged.push(resolve));
    }
  }

  connection(identity: string, trusted = false): PortConnection {
    const { port1, port2 } = new MessageChannel();
    this.#ports.accept(port1, identity, trusted);
    return new PortConnection(port2, identity);
  }

  async peer(identity: string, trusted = false): Promise<BusPeer> {
    const peer = new BusPeer(this.connection(identity, trusted));
    this.#peers.push(peer);
    await peer.hello();
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#peers.map(async ({ bus }) => bus.close()));
    await this.router.close();
  }
}
