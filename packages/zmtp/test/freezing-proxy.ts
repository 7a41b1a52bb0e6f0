import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A TCP proxy that can stop passing anything, without closing: a cable pulled out. */
export class FreezingProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private frozen = false;

  private constructor(server: Server) {
    this.server = server;
  }

  static async to(endpoint: string): Promise<FreezingProxy> {
    const port = Number(endpoint.split(':').at(-1));
    const server = createServer();
    const proxy = new FreezingProxy(server);
    server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        proxy.sockets.add(from);
        from.on('error', () => undefined);
        from.on('data', (chunk) => {
          if (!proxy.frozen) to.write(chunk);
        });
        from.on('close', () => {
          if (!proxy.frozen) to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  freeze(): void {
    this.frozen = true;
  }

  [Symbol.dispose](): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
