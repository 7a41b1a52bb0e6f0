import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** The way between a connection and a broker, which tests interrupt. */
export class Network implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, broker: Socket]>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<Network> {
    const server = createServer();
    const network = new Network(server);
    server.on('connection', (client) => {
      const broker = connect(port, '127.0.0.1');
      const pair = [client, broker] as const;
      network.#pairs.add(pair);
      for (const socket of pair) socket.on('error', () => undefined);
      client.pipe(broker);
      broker.pipe(client);
      const end = (): void => {
        network.#pairs.delete(pair);
        client.destroy();
        broker.destroy();
      };
      client.on('close', end);
      broker.on('close', end);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What the broker says no longer arrives; what it is told still does. */
  deafen(): void {
    for (const [client, broker] of this.#pairs) {
      broker.unpipe(client);
      broker.resume();
    }
  }

  /** Ends every connection without a word. */
  cut(): void {
    for (const [client, broker] of this.#pairs) {
      client.resetAndDestroy();
      broker.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
