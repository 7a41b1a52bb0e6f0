import type { MessagePort } from 'node:worker_threads';
import { decodeMessage, encodeMessage } from '@volttron-ts/vip-core';
import type { BusConnection, BusConnectionEvents, BusState, OutgoingMessage, SendResult } from '@volttron-ts/vip-core';
import { PortChannel } from './port-channel.ts';

/** A service's connection to the router of its own process, over a MessagePort that PortListener accepted. */
export class PortConnection implements BusConnection {
  readonly identity: string;
  readonly #port: MessagePort;
  #channel: PortChannel | undefined;
  #state: BusState = 'connecting';
  #events: BusConnectionEvents | undefined;

  constructor(port: MessagePort, identity: string) {
    this.#port = port;
    this.identity = identity;
  }

  get state(): BusState {
    return this.#state;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    this.#channel = new PortChannel(
      this.#port,
      (frames) => events.message(decodeMessage(frames)),
      () => {
        this.#become('closed');
      },
    );
    this.#become('connected');
  }

  send(message: OutgoingMessage): SendResult {
    return this.#channel?.send(encodeMessage(message)) ?? 'closed';
  }

  async drained(): Promise<void> {
    await this.#channel?.drained();
  }

  close(): Promise<void> {
    if (this.#channel === undefined) this.#port.close();
    else this.#channel.close();
    this.#become('closed');
    return Promise.resolve();
  }

  #become(state: BusState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events?.state(state);
  }
}
