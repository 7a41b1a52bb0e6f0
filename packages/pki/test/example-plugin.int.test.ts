import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { text } from 'node:stream/consumers';

import { issueCertificate, readSigningRequest } from '../src/index.ts';
import type { Authority, OrderMeta } from '../src/index.ts';
import { describeCertificatePlugin } from '../src/testing/index.ts';
import { clock, makeAuthority } from './authority.ts';
import examplePlugin from './example-plugin.ts';

interface Kept extends OrderMeta {
  state: 'pending' | 'issued' | 'denied' | 'canceled';
}

/** The CA of the example. */
class ExampleCa {
  readonly root: Authority;
  asked = 0;
  readonly #orders = new Map<string, Kept & { certificate?: string }>();
  #server: Server | undefined;
  #port = 0;

  constructor(root: Authority) {
    this.root = root;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((found) => {
        response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}));
      });
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  decide(state: 'issued' | 'denied'): void {
    for (const order of this.#orders.values()) {
      if (order.state !== 'pending') continue;
      order.state = state;
      if (state === 'issued') order.certificate = this.#issue(order);
    }
  }

  #issue({ csr, profile }: Kept): string {
    const { subject, publicKey, dnsNames } = readSigningRequest(csr);
    const options = { issuer: this.root, profile, validity: { days: 90 }, clock };
    return issueCertificate({ ...options, subject, publicKey, dnsNames }).pem;
  }

  async #answer(request: IncomingMessage): Promise<Kept | undefined> {
    const id = request.url ?? '';
    const body = await text(request);
    const before = this.#orders.get(id);
    if (request.method === 'DELETE' && before?.state === 'pending') before.state = 'canceled';
    if (request.method !== 'PUT') return before;
    const { csr, profile } = JSON.parse(body) as OrderMeta;
    if (before?.csr === csr) return before;
    this.asked += 1;
    const kept: Kept = { csr, profile, state: 'pending' };
    this.#orders.set(id, kept);
    return kept;
  }
}

describeCertificatePlugin(
  'the example of docs/plugins/writing-a-plugin.md',
  async () => {
    const ca = new ExampleCa(await makeAuthority('example-root'));
    await ca.start();
    return {
      definition: examplePlugin,
      config: { url: ca.url },
      roots: () => ca.root.certificate.pem,
      asked: () => ca.asked,
      work: () => {
        ca.decide('issued');
      },
      refuse: () => {
        ca.decide('denied');
      },
      stop: () => ca.stop(),
      start: () => ca.start(),
      close: () => ca.stop(),
    };
  },
  { features: ['waits', 'refuses', 'unavailable'] },
);
