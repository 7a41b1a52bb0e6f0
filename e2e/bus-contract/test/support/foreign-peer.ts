/** A libzmq DEALER as the tests use it, whichever binding is behind it. */
export interface ForeignPeerOptions {
  readonly identity: string;
  readonly endpoint: string;
  /** Z85, as libzmq takes keys. */
  readonly curve?: { readonly serverkey: string; readonly publickey: string; readonly secretkey: string };
  /** libzmq gives up a silent handshake after this time and tries anew (its own default: 30 s). */
  readonly handshakeMs?: number;
  /** Between its PINGs; it gives a connection up after five of them without an answer. 0: none. */
  readonly heartbeatMs?: number;
}

/** `refused`: the server answered ERROR, its status is the value. */
export type ForeignEvent = 'handshake' | 'refused' | 'protocol' | 'disconnect';

/** What a peer received and what happened to it, with promises for what is still to come. */
export class ForeignPeer implements AsyncDisposable {
  readonly messages: string[][] = [];
  readonly events: (readonly [event: ForeignEvent, value: number])[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #transport: { send(frames: readonly string[]): void; close(): Promise<void> };

  constructor(open: (peer: ForeignPeer) => { send(frames: readonly string[]): void; close(): Promise<void> }) {
    this.#transport = open(this);
  }

  /** For the binding: one message, its frames as Latin-1 text. */
  received(frames: string[]): void {
    this.messages.push(frames);
    this.#wake();
  }

  /** For the binding. */
  happened(event: ForeignEvent, value: number): void {
    this.events.push([event, value]);
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  async #until<T>(ask: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const value = ask();
        if (value === undefined) return;
        this.#waiting.delete(check);
        resolve(value);
      };
      this.#waiting.add(check);
      check();
    });
  }

  /** Settles with the value when the event happens for the n-th time. */
  async event(wanted: ForeignEvent, n = 1): Promise<number> {
    return this.#until(() => this.events.filter(([event]) => event === wanted)[n - 1]?.[1]);
  }

  async message(wanted: (frames: string[]) => boolean): Promise<string[]> {
    return this.#until(() => this.messages.find(wanted));
  }

  async count(wanted: (frames: string[]) => boolean, n: number): Promise<string[][]> {
    return this.#until(() => {
      const found = this.messages.filter(wanted);
      return found.length >= n ? found : undefined;
    });
  }

  /** Frames of the DEALER's view, as Latin-1 text. */
  send(...frames: string[]): void {
    this.#transport.send(frames);
  }

  /** Sends and settles with the answer that carries the same id. */
  async ask(peer: string, id: string, subsystem: string, ...args: string[]): Promise<string[]> {
    this.send(peer, 'VIP1', '', id, subsystem, ...args);
    return this.message((frames) => frames[3] === id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport.close();
  }
}
