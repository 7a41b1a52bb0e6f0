import { randomBytes } from 'node:crypto';
import { decodeText, encodeText, InvalidValueError } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import type { PeerList } from '../peers.ts';
import type { QueueLimits } from '../pubsub/delivery-queue.ts';
import type { Session } from '../session/session.ts';
import { QueuedChannel } from './channel.ts';
import type { Channel } from './channel.ts';

/** `vip.channel`: byte streams between two agents. */
export interface Channels {
  /** Both sides create it under the same name; one of 30 random characters when not given. Throws InvalidValueError. */
  create(peer: string, name?: string): Channel;
}

const SUBSYSTEM = 'channel';
/** As long as the names that Python makes up, and never JSON. */
const makeName = (): string => `c-${randomBytes(21).toString('base64url')}`;
const keyOf = (peer: string, name: string): string => JSON.stringify([peer, name]);

/** The agent's side of the subsystem `channel` (vip-zmq.md §2.13). */
export class ChannelClient implements Channels {
  readonly #session: Session;
  readonly #limits: QueueLimits;
  readonly #channels = new Map<string, QueuedChannel>();
  /** Set while reading is held back. */
  #release: (() => void) | undefined;

  constructor(session: Session, peers: PeerList, limits: QueueLimits) {
    this.#session = session;
    this.#limits = limits;
    session.handle(SUBSYSTEM, (message) => this.#receive(message));
    session.waits.onBusy(() => {
      this.#goOn();
    });
    session.onPhase((phase) => {
      if (phase === 'established' || phase === 'connecting') return;
      this.#failAll(() => true, 'the connection to the platform was lost');
    });
    session.onError((_id, { subsystem, recipient, text }) => {
      if (subsystem !== SUBSYSTEM) return false;
      this.#failAll(({ peer }) => peer === recipient, text);
      return true;
    });
    peers.onChange((change, peer) => {
      if (change === 'drop') this.#failAll((channel) => channel.peer === peer, 'the peer went');
    });
  }

  create(peer: string, name = makeName()): Channel {
    const key = keyOf(peer, name);
    if (peer === '' || name === '') {
      throw new InvalidValueError('channel', name, 'A channel needs a peer and a name.', 'Give both.');
    }
    if (this.#channels.has(key)) {
      const why = `There is a channel "${name}" with "${peer}" already.`;
      throw new InvalidValueError('name', name, why, 'Close that one, or take another name.');
    }
    const { log } = this.#session;
    const channel = new QueuedChannel(peer, name, {
      limits: this.#limits,
      log,
      offer: (frames, hold) => {
        this.#session.offer({ peer, id: '', subsystem: SUBSYSTEM, args: [encodeText(name), ...frames] }, hold);
      },
      taken: () => {
        if (!this.#anyFull()) this.#goOn();
      },
      closed: () => {
        this.#channels.delete(key);
        if (!this.#anyFull()) this.#goOn();
      },
    });
    this.#channels.set(key, channel);
    return channel;
  }

  #receive({ peer, args: [name, ...frames] }: VipMessage): void | Promise<void> {
    if (name === undefined) return;
    const channel = this.#channels.get(keyOf(peer, decodeText(name)));
    if (channel === undefined) {
      this.#session.log.debug('a message came for a channel that is not there', { peer, name: decodeText(name) });
      return;
    }
    channel.receive(frames);
    // An answer that is awaited may stand behind what the channel brings.
    if (!this.#anyFull() || this.#session.waits.busy) return;
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #anyFull(): boolean {
    for (const channel of this.#channels.values()) if (channel.full) return true;
    return false;
  }

  #goOn(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  #failAll(wanted: (channel: Channel) => boolean, why: string): void {
    for (const channel of [...this.#channels.values()]) if (wanted(channel)) channel.fail(why);
  }
}
