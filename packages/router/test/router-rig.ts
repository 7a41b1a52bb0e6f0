import { MessageChannel } from 'node:worker_threads';
import type { Logger, PublishTap } from '@volttron-ts/vip-core';
import { BusPeer } from '@volttron-ts/vip-core/testing';
import { PortConnection, PortListener, Router } from '../src/index.ts';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A router with its in-process port, and peers on it. */
export class RouterRig implements AsyncDisposable {
  readonly router: Router;
  readonly #ports = new PortListener();
  readonly #peers: BusPeer[] = [];
  quits = 0;

  private constructor(tap?: PublishTap) {
    this.router = new Router({
      routingId: 'router-1',
      log: silent,
      properties: () => ({
        'instance-name': 'here',
        addresses: ['tcp://127.0.0.1:22916'],
        'agent-monitor-frequency': 600,
      }),
      onQuit: () => (this.quits += 1),
      ...(tap === undefined ? {} : { tap }),
    });
  }

  static async create(tap?: PublishTap): Promise<RouterRig> {
    const rig = new RouterRig(tap);
    await rig.router.listen(rig.#ports);
    return rig;
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
