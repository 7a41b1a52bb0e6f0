import { rm } from 'node:fs/promises';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { emptyHome } from './platform.ts';

const definition = defineAgent({ name: 'stranger', config: t.Object({}) });
const nothing = (): void => undefined;

/** An agent of another home, whose key nobody knows, at the door of a platform. */
export class Stranger {
  readonly credential: string;
  readonly #home: string;
  readonly #logged: string[] = [];
  #hear: () => void = nothing;
  #agent: RunningAgent | undefined;

  private constructor(credential: string, home: string) {
    this.credential = credential;
    this.#home = home;
  }

  static async knock(platformHome: string, serverKey: string, identity: string): Promise<Stranger> {
    const environment = { VOLTTRON_VIP_ADDR: `ipc://@${platformHome}/run/vip.socket`, VOLTTRON_SERVERKEY: serverKey };
    const home = await emptyHome();
    const { bus, keys } = await openLocalPlatform({ home, identity, environment, clock: systemClock });
    const stranger = new Stranger(keys.publicKey, home);
    const hear = (message: string): void => {
      stranger.#logged.push(message);
      stranger.#hear();
    };
    const log = { debug: nothing, info: hear, warn: hear, error: hear };
    stranger.#agent = startAgent(definition, { bus, log, clock: systemClock });
    return stranger;
  }

  /** Settles when its log has said this since it was last waited for; what was said before is forgotten. */
  async told(part: string): Promise<void> {
    for (;;) {
      const at = this.#logged.findIndex((message) => message.includes(part));
      this.#logged.splice(0, at < 0 ? Infinity : at + 1);
      if (at >= 0) return;
      await new Promise<void>((resolve) => {
        this.#hear = resolve;
      });
    }
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    await rm(this.#home, { recursive: true, force: true });
  }
}
