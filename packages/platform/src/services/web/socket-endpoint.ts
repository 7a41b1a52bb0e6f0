import { encodeText, InvalidValueError, VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import type { AgentSockets, SocketClient } from '@volttron-ts/web';
import type { RouteOwner } from './route-owner.ts';

/** An agent decides on a client, and takes a message, within these times. */
const OPENED_MS = 10_000;
const MESSAGE_MS = 30_000;
/** Bytes of one message of an agent. */
const SENT_LIMIT = 1 << 20;

/** A path where one agent takes web sockets, with the clients that are connected. */
export class SocketEndpoint implements AgentSockets {
  readonly owner: RouteOwner;
  readonly #path: string;
  readonly #log: Logger;
  readonly #clients = new Set<SocketClient>();
  #isClosed = false;

  constructor(path: string, owner: RouteOwner, log: Logger) {
    this.#path = path;
    this.owner = owner;
    this.#log = log;
  }

  get agent(): string {
    return this.owner.peer;
  }

  /** Addresses of those who are connected. */
  get clients(): string[] {
    return [...this.#clients].map(({ address }) => address);
  }

  /** Python's agents answer false also when they have no say, and null when theirs says nothing, which lets in. */
  async opened(address: string): Promise<boolean> {
    return (await this.owner.call('client.opened', [address, this.#path], OPENED_MS)) !== false;
  }

  join(client: SocketClient): boolean {
    if (this.#isClosed) return false;
    this.#clients.add(client);
    return true;
  }

  async received(text: string): Promise<void> {
    await this.#tell('client.message', [this.#path, text]);
  }

  left(client: SocketClient | undefined): void {
    if (client !== undefined) this.#clients.delete(client);
    if (!this.#isClosed) void this.#tell('client.closed', [this.#path]);
  }

  /** To every client. Throws InvalidValueError when the text is too long for one that reads slowly. */
  send(text: string): void {
    const bytes = encodeText(text);
    if (bytes.length > SENT_LIMIT) {
      const why = `A message to web sockets has ${SENT_LIMIT} bytes at most, and this one ${bytes.length}.`;
      throw new InvalidValueError('message', bytes.length, why, 'Send it in parts.');
    }
    for (const client of [...this.#clients]) client.send(bytes);
  }

  close(reason: string): void {
    this.#isClosed = true;
    for (const client of [...this.#clients]) client.close(reason);
    this.#clients.clear();
  }

  async #tell(method: string, args: readonly unknown[]): Promise<void> {
    try {
      await this.owner.call(method, args, MESSAGE_MS);
    } catch (error) {
      const reason = error instanceof VipError ? error.line : String(error);
      this.#log.warn(`an agent did not take what its web socket brought`, { agent: this.agent, method, reason });
    }
  }
}
