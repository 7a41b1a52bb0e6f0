import type { AgentContext, Reading, RemotePlatform } from '@volttron-ts/agent';
import { replaceTopic } from './topics.ts';
import type { TopicReplacement } from './topics.ts';

export interface RepublishOptions extends Pick<AgentContext<unknown>, 'vip' | 'log' | 'signal'> {
  readonly remote: Pick<RemotePlatform, 'pubsub' | 'query'>;
  readonly prefixes: readonly string[];
  readonly replacements: readonly TopicReplacement[];
  readonly counts: RepublishCounts;
}

export interface RepublishCounts {
  /** Publications that the local platform took. */
  republished: number;
  /** Publications that had been here already. */
  returned: number;
}

/** Publications on their way to the local platform. */
const MAX_UNDER_WAY = 256;

/** Subscribes on the other platform and publishes here what comes, in its order, until the signal aborts. */
export class Republishing {
  readonly #options: RepublishOptions;
  readonly #underWay = new Set<Promise<void>>();
  #local = '';
  #remote = '';

  constructor(options: RepublishOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { vip, remote, prefixes, signal } = this.#options;
    this.#local = String(await vip.query('instance-name', { signal }));
    this.#remote = String(await remote.query('instance-name', { signal }));
    await Promise.all(prefixes.map((prefix) => this.#follow(prefix)));
    await Promise.all(this.#underWay);
  }

  async #follow(prefix: string): Promise<void> {
    const { remote, signal } = this.#options;
    for await (const reading of remote.pubsub.subscribe(prefix, { signal })) {
      while (this.#underWay.size >= MAX_UNDER_WAY) await Promise.race(this.#underWay);
      const passing = this.#pass(reading).finally(() => this.#underWay.delete(passing));
      this.#underWay.add(passing);
    }
  }

  async #pass(reading: Reading): Promise<void> {
    const { vip, replacements, counts, signal, log } = this.#options;
    const { 'X-Forwarded-From': given, ...headers } = withoutOrigin(reading.headers);
    const way = [given ?? []].flat();
    if (way.includes(this.#local)) {
      counts.returned++;
      return;
    }
    const topic = replaceTopic(reading.topic, replacements);
    const forwarded = { ...headers, 'X-Forwarded': true, 'X-Forwarded-From': [...way, this.#remote] };
    try {
      await vip.pubsub.publishJson(topic, reading.json, { headers: forwarded, signal });
      counts.republished++;
    } catch (error) {
      if (!signal.aborted) log.error('a reading could not be published here', { topic, reason: String(error) });
    }
  }
}

/** Origin and destination are those of the source's own bus. */
function withoutOrigin(headers: Reading['headers']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'Origin' && name !== 'Destination'));
}
