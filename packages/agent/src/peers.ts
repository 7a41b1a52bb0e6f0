import { decodeText, encodeText, equalsAscii, parseLooseJson, ProtocolError } from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { followPeers } from './follow-peers.ts';
import type { Session } from './session/session.ts';

export interface AskOptions {
  /** 10 s when not given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** `vip.peerlist`: who is on the bus. */
export interface PeerList {
  list(options?: AskOptions): Promise<string[]>;
  /** Calls back for each peer that comes or goes from now on; the function it answers stops that. */
  onChange(listener: PeerListener): () => void;
  /**
   * Calls back for each peer that is there, and for each that comes or goes: also over reconnects, where a lost
   * connection drops them all. The function it answers stops that.
   */
  follow(listener: PeerListener): () => void;
}

export type PeerListener = (change: 'add' | 'drop', peer: string) => void;

/** What routers and peers answer about themselves. `''` is the router. */
export interface Peers extends PeerList {
  /** Settles when the peer answers. */
  ping(peer: string, options?: AskOptions): Promise<void>;
  /** The identity that the peer answers with. */
  hello(peer: string, options?: AskOptions): Promise<string>;
  /** A property of the platform (vip-zmq.md §2.4); undefined when it has none of that name. */
  query(property: string, options?: AskOptions): Promise<unknown>;
}

const ANSWER_MS = 10_000;
const NONE = new Uint8Array(0);

/** The small subsystems: `peerlist`, `ping`, `hello`, `query` (vip-zmq.md §2.1-2.4). */
export class PeerClient implements Peers {
  readonly #session: Session;
  readonly #epoch: string;
  readonly #listeners = new Set<PeerListener>();
  #count = 0;

  constructor(session: Session, epoch: string) {
    this.#session = session;
    this.#epoch = epoch;
    session.handle('peerlist', (message) => {
      this.#changed(message);
    });
    session.handle('ping', (message) => {
      if (equalsAscii(message.args[0], 'ping')) this.#reply(message, [encodeText('pong'), ...message.args.slice(1)]);
    });
    session.handle('hello', (message) => {
      const words = ['welcome', '1.0', session.identity, message.peer];
      if (equalsAscii(message.args[0], 'hello')) this.#reply(message, words.map(encodeText));
    });
    session.handle('query', () => undefined);
  }

  async list(options?: AskOptions): Promise<string[]> {
    const [operation = NONE, ...peers] = (await this.#ask('', 'peerlist', ['list'], options)).args;
    if (!equalsAscii(operation, 'listing')) throw new ProtocolError('The router does not list its peers.');
    return peers.map(decodeText);
  }

  onChange(listener: PeerListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  follow(listener: PeerListener): () => void {
    return followPeers(this.#session, this, listener);
  }

  async ping(peer: string, options?: AskOptions): Promise<void> {
    await this.#ask(peer, 'ping', ['ping'], options);
  }

  async hello(peer: string, options?: AskOptions): Promise<string> {
    const { args } = await this.#ask(peer, 'hello', ['hello'], options);
    return decodeText(args[2] ?? NONE);
  }

  async query(property: string, options?: AskOptions): Promise<unknown> {
    const { args } = await this.#ask('', 'query', [property], options);
    const text = decodeText(args[1] ?? NONE);
    if (text === '') return undefined;
    return text.startsWith('[') || text.startsWith('{') ? parseLooseJson(text) : text;
  }

  #ask(peer: string, subsystem: string, words: readonly string[], options: AskOptions = {}): Promise<VipMessage> {
    const { timeoutMs = ANSWER_MS, signal } = options;
    const id = `q.${this.#epoch}.${++this.#count}`;
    const what = `${subsystem} to "${peer}"`;
    return this.#session.ask({ peer, subsystem, id, args: words.map(encodeText), what, timeoutMs, signal });
  }

  #reply({ peer, id, subsystem }: VipMessage, args: readonly Uint8Array[]): void {
    this.#session.tell({ peer, id, subsystem, args });
  }

  #changed(message: VipMessage): void {
    const [operation = NONE, peer = NONE] = message.args;
    const change = decodeText(operation);
    if (message.peer !== '' || (change !== 'add' && change !== 'drop')) return;
    for (const listener of this.#listeners) listener(change, decodeText(peer));
  }
}
