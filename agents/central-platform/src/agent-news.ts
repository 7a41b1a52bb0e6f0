import { isDeepStrictEqual } from 'node:util';
import type { AgentContext, RemotePlatform } from '@volttron-ts/agent';
import { localAgents } from './local-agents.ts';

/** What comes within this time is told together, ms. */
const TOGETHER_MS = 200;
const RETRY_MS = 5000;

export interface NewsOptions extends Pick<AgentContext<unknown>, 'vip' | 'clock' | 'log' | 'signal'> {
  readonly remote: Pick<RemotePlatform, 'pubsub' | 'identity'>;
}

/** The topic on the central's bus that bears the agents of a platform. */
export const newsTopic = (identity: string): string => `platforms/${identity}/status/agents`;

/** Tells the central the agents of this platform, at first and when one comes, goes or says otherwise of itself. */
export class AgentNews {
  readonly #options: NewsOptions;
  #told: unknown;
  #pending: (() => void) | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. */
  async run(): Promise<void> {
    const { vip, signal } = this.#options;
    const stop = vip.peerlist.follow(() => {
      this.#soon();
    });
    const states = new Map<string, unknown>();
    try {
      this.#soon();
      for await (const { sender, message } of vip.pubsub.subscribe<object>('heartbeat/', { signal })) {
        if (states.get(sender) === message) continue;
        states.set(sender, message);
        this.#soon();
      }
    } finally {
      stop();
      this.#pending?.();
      await this.#turn;
    }
  }

  #soon(milliseconds = TOGETHER_MS): void {
    this.#pending ??= this.#options.clock.after(milliseconds, () => {
      this.#pending = undefined;
      this.#turn = this.#turn.then(() => this.#tell());
    });
  }

  async #tell(): Promise<void> {
    const { vip, remote, log, signal } = this.#options;
    try {
      const agents = await localAgents(vip, signal);
      // When somebody last heard of an agent is no news.
      const news = agents.map(({ health, ...agent }) => ({ ...agent, status: health.status }));
      if (isDeepStrictEqual(news, this.#told)) return;
      await remote.pubsub.publish(newsTopic(remote.identity), agents, { signal });
      this.#told = news;
    } catch (error) {
      if (signal.aborted) return;
      log.warn('the central could not be told the agents', { reason: String(error) });
      this.#soon(RETRY_MS);
    }
  }
}
