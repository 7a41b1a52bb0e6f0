import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

type Direction = 'toServer' | 'toClient';

/** A TCP hop between a peer and a router that counts what passes and can go silent, as a cut cable does. */
export class Relay implements AsyncDisposable {
  readonly #server = createServer((client) => {
    this.#join(client);
  });
  readonly #sockets = new Set<Socket>();
  readonly #target: { readonly host: string; readonly port: number };
  readonly #waiting = new Set<() => void>();
  /** Pieces that passed so far; an idle connection passes heartbeats only. */
  readonly passed = { toServer: 0, toClient: 0 };
  connections = 0;
  #frozen = false;

  private constructor(endpoint: string) {
    const url = new URL(endpoint);
    this.#target = { host: url.hostname, port: Number(url.port) };
  }

  static async before(endpoint: string): Promise<Relay> {
    const relay = new Relay(endpoint);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #join(client: Socket): void {
    this.connections += 1;
    const server = connect(this.#target);
    this.#carry(client, server, 'toServer');
    this.#carry(server, client, 'toClient');
  }

  #carry(from: Socket, to: Socket, direction: Direction): void {
    this.#sockets.add(from);
    from.on('data', (piece) => {
      if (this.#frozen) return;
      to.write(piece);
      this.passed[direction] += 1;
      for (const check of [...this.#waiting]) check();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#sockets.delete(from);
      if (!this.#frozen) to.destroy();
    });
  }

  /** Settles when so many more pieces have passed both ways. */
  async more(pieces: number): Promise<void> {
    const start = { ...this.passed };
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (this.passed.toServer < start.toServer + pieces || this.passed.toClient < start.toClient + pieces) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
    });
  }

  /** From now on nothing passes and no end is told of it. */
  freeze(): void {
    this.#frozen = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<unknown>((resolve) => this.#server.close(resolve));
  }
}
