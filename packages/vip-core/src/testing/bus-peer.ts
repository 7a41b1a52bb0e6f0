import type { BusConnection, BusState } from '../contracts/bus.ts';
import type { VipMessage } from '../message.ts';
import { decodeText, encodeText } from '../text.ts';

/** A bare peer for contract suites: what it received, and promises for what it is still to receive. */
export class BusPeer implements AsyncDisposable {
  readonly bus: BusConnection;
  readonly received: VipMessage[] = [];
  readonly states: BusState[] = [];
  readonly #waiting = new Set<() => void>();
  #next = 0;

  constructor(bus: BusConnection) {
    this.bus = bus;
    bus.open({
      message: (message) => {
        this.received.push(message);
        this.#wake();
      },
      state: (state) => {
        this.states.push(state);
        this.#wake();
      },
    });
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }

  /** Settles with the first value that is not undefined, asked after each event. */
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

  /** The first message, received or still to come, that the test wants. */
  async message(wanted: (message: VipMessage) => boolean): Promise<VipMessage> {
    return this.#until(() => this.received.find(wanted));
  }

  async count(wanted: (message: VipMessage) => boolean, n: number): Promise<VipMessage[]> {
    return this.#until(() => {
      const found = this.received.filter(wanted);
      return found.length >= n ? found : undefined;
    });
  }

  /** Settles when the bus is in that state, for the n-th time. */
  async state(state: BusState, n = 1): Promise<void> {
    await this.#until(() => (this.states.filter((seen) => seen === state).length >= n ? true : undefined));
  }

  /** Sends, waiting while the connection is full. */
  async send(peer: string, subsystem: string, args: readonly (string | Uint8Array)[], id?: string): Promise<string> {
    const message = {
      peer,
      subsystem,
      id: id ?? `test-${this.#next++}`,
      args: args.map((arg) => (typeof arg === 'string' ? encodeText(arg) : arg)),
    };
    while (this.bus.send(message) === 'full') await this.bus.drained();
    return message.id;
  }

  /** Sends and settles with the answer that carries the same id. */
  async ask(peer: string, subsystem: string, ...args: (string | Uint8Array)[]): Promise<VipMessage> {
    const id = await this.send(peer, subsystem, args);
    return this.message((message) => message.id === id);
  }

  /** Connects and says hello. */
  async hello(): Promise<VipMessage> {
    await this.state('connected');
    return this.ask('', 'hello', 'hello');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close();
  }
}

/** The arguments as text. */
export const texts = (message: VipMessage): string[] => message.args.map(decodeText);
