import { encodeText, equalsAscii } from '@volttron-ts/vip-core';
import type { Clock, Logger, OutgoingMessage, VipMessage } from '@volttron-ts/vip-core';
import { HelloTimeoutError } from '../errors.ts';

/** How long a platform may take to answer, ms (vip-zmq.md §6.3). */
const PATIENCE_MS = 10_000;

/** The greeting of a connection: `connect.hello.<n>`, n counted over all of an agent's connections. */
export class Greeting {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #identity: string;
  readonly #overdue: ((error: HelloTimeoutError) => void) | undefined;
  #count = 0;
  /** The first greeting of the present connection. */
  #since = 0;
  #cancel: () => void = () => undefined;

  /** `overdue` is called instead of going on to wait. */
  constructor(
    context: { readonly identity: string; readonly clock: Clock; readonly log: Logger },
    overdue?: (error: HelloTimeoutError) => void,
  ) {
    this.#identity = context.identity;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#overdue = overdue;
  }

  /** Starts the clock; called when connecting starts and again by `next`. */
  expect(): void {
    this.#cancel();
    this.#cancel = this.#clock.after(PATIENCE_MS, () => {
      this.#late();
    });
  }

  /** The greeting of a new connection. */
  next(): OutgoingMessage {
    this.#since = this.#count;
    this.expect();
    return { peer: '', id: `connect.hello.${this.#count++}`, subsystem: 'hello', args: [encodeText('hello')] };
  }

  /** Whether this message is the welcome that the present connection waits for. */
  isWelcome(message: VipMessage): boolean {
    if (message.peer !== '' || !equalsAscii(message.args[0], 'welcome')) return false;
    const n = /^connect\.hello\.(\d+)$/.exec(message.id)?.[1];
    if (n === undefined || Number(n) < this.#since || Number(n) >= this.#count) return false;
    this.stop();
    return true;
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  #late(): void {
    const error = new HelloTimeoutError(this.#identity, PATIENCE_MS);
    const fields = { identity: this.#identity };
    this.#log.error(error.message, fields);
    this.#log.error('A common reason for this is a conflicting VIP IDENTITY.', fields);
    this.#log.error('Shutting down agent.', fields);
    if (this.#overdue === undefined) {
      this.#log.error('It was started to wait instead: it is welcomed as soon as the platform lets it in.', fields);
    } else this.#overdue(error);
  }
}
