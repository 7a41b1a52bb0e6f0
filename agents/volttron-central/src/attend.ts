import { pause, t } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { checker, services } from '@volttron-ts/vip-core';
import { askPlatform, asAgents, isPlatform } from './platform.ts';
import type { KnownPlatform } from './platform.ts';

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 60_000;

const asKeys = checker(t.Record(t.String(), t.Union([t.String(), t.Null()])));

/** Registers the platforms that are on this bus, for as long as the agent lives. */
export async function attend(context: AgentContext<unknown>): Promise<void> {
  const platforms = new Platforms(context);
  const { vip, signal } = context;
  vip.rpc.export('list_platforms', { params: t.Tuple([]), call: () => platforms.all });
  vip.rpc.export('is_registered', {
    params: t.Tuple([
      t.Union([t.String(), t.Null()], { title: 'address_hash', default: null }),
      t.Union([t.String(), t.Null()], { title: 'address', default: null }),
    ]),
    description: 'Whether a platform with this uuid, or with this address, is here.',
    call: ([uuid, address]) =>
      platforms.all.some((one) => one.uuid === uuid || (address !== null && one.addresses.includes(address))),
  });
  vip.rpc.export('get_publickey', {
    params: t.Tuple([]),
    call: async () => {
      const keys = await vip.rpc.call(services.control, 'get_all_agent_publickeys', [], { signal });
      return asKeys(keys, 'get_all_agent_publickeys')[vip.identity] ?? null;
    },
  });
  await platforms.run();
}

class Platforms {
  readonly #context: AgentContext<unknown>;
  readonly #known = new Map<string, KnownPlatform>();
  /** What was told before the platform had said all that is to be known of it. */
  readonly #told = new Map<string, readonly unknown[]>();
  /** Ends the registration of a platform that has left. */
  readonly #present = new Map<string, AbortController>();

  constructor(context: AgentContext<unknown>) {
    this.#context = context;
  }

  get all(): KnownPlatform[] {
    return [...this.#known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async run(): Promise<void> {
    const { vip, signal } = this.#context;
    const stop = vip.peerlist.follow((change, peer) => {
      if (!isPlatform(peer)) return;
      this.#drop(peer);
      if (change === 'add') void this.#register(peer);
      this.#report();
    });
    try {
      for await (const { topic, sender, message } of vip.pubsub.subscribe<object>('platforms/', { signal })) {
        if (topic === `platforms/${sender}/status/agents`) this.#hear(sender, message);
      }
    } finally {
      stop();
      for (const peer of [...this.#present.keys()]) this.#drop(peer);
    }
  }

  #drop(peer: string): void {
    this.#present.get(peer)?.abort();
    this.#present.delete(peer);
    this.#told.delete(peer);
    if (this.#known.delete(peer)) this.#context.log.info('a platform has left', { platform: peer });
  }

  /** Asks until it is answered or the platform has left. */
  async #register(peer: string): Promise<void> {
    const { vip, clock, log } = this.#context;
    const leaving = new AbortController();
    this.#present.set(peer, leaving);
    const signal = AbortSignal.any([leaving.signal, this.#context.signal]);
    const hasLeft = (): boolean => signal.aborted;
    for (let failures = 0; !hasLeft(); failures++) {
      try {
        const platform = await askPlatform(vip, peer, signal);
        if (hasLeft()) return;
        this.#known.set(peer, { ...platform, agents: this.#told.get(peer) ?? platform.agents });
        log.info('a platform has registered', { platform: peer, name: platform.name });
        this.#report();
        return;
      } catch (error) {
        if (hasLeft()) return;
        log.warn('a platform does not say what it is', { platform: peer, reason: String(error) });
        await pause(clock, Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS), signal);
      }
    }
  }

  #hear(peer: string, message: unknown): void {
    if (!this.#present.has(peer)) return;
    try {
      const agents = asAgents(message, `the agents of ${peer}`);
      const platform = this.#known.get(peer);
      if (platform === undefined) this.#told.set(peer, agents);
      else this.#known.set(peer, { ...platform, agents });
    } catch (error) {
      this.#context.log.warn('a platform tells no agents', { platform: peer, reason: String(error) });
    }
  }

  #report(): void {
    const [present, known] = [this.#present.size, this.#known.size];
    this.#context.vip.health.setStatus('GOOD', `${known} of ${present} platforms registered`);
  }
}
