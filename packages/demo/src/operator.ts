import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { checker, services } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';

const PendingKey = t.Object({
  user_id: t.String(),
  identity: t.String(),
  /** Of keys only: requests for certificates have none. */
  credentials: t.Optional(t.String()),
  address: t.String(),
});

/** A key that waits for a decision, as `platform.auth` lists it. */
export interface WaitingKey {
  readonly id: string;
  readonly identity: string;
  readonly credential: string;
  readonly address: string;
}

const asPending = checker(t.Array(PendingKey));
const asJournal = checker(
  t.Object({ last: t.Integer(), cursors: t.Array(t.Object({ name: t.String(), waiting: t.Integer() })) }),
);

const definition = defineAgent({ name: 'operator', config: t.Object({}) });

/** What an operator of a platform does with the rights of its home: a peer named `control.connection`. */
export class Operator {
  readonly #agent: RunningAgent;

  private constructor(agent: RunningAgent) {
    this.#agent = agent;
  }

  static async of(home: string, log: Logger): Promise<Operator> {
    const identity = services.controlConnection;
    const { bus } = await openLocalPlatform({ home, identity, environment: {}, clock: systemClock });
    return new Operator(startAgent(definition, { bus, log, clock: systemClock }));
  }

  /** Calls a method of a peer on that platform. */
  async call(peer: string, method: string, args: readonly unknown[] = []): Promise<unknown> {
    return this.#agent.vip.rpc.call(peer, method, args);
  }

  /** Identities on that bus. */
  async peers(): Promise<readonly string[]> {
    return this.#agent.vip.peerlist.list();
  }

  async waitingKeys(): Promise<WaitingKey[]> {
    const pending = asPending(await this.call(services.auth, 'get_pending_authorizations'), 'the pending keys');
    return pending.flatMap(({ user_id: id, credentials: credential, ...key }) =>
      credential === undefined ? [] : { id, credential, ...key },
    );
  }

  async approve(key: WaitingKey): Promise<void> {
    await this.call(services.auth, 'approve_authorization', [key.id]);
  }

  /** Records that a cursor of the platform's journal has not acknowledged; undefined while it does not exist. */
  async waiting(cursor: string): Promise<number | undefined> {
    const { cursors } = asJournal(await this.call(services.journal, 'status'), 'the status of the journal');
    return cursors.find(({ name }) => name === cursor)?.waiting;
  }

  async close(): Promise<void> {
    await this.#agent.stop();
  }
}
