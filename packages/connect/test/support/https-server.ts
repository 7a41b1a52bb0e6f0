import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Certificates {
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
}

/** A root, and a server certificate of it for `localhost`, made by OpenSSL. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'volttron-tls-'));
  const run = (line: string): void => {
    execFileSync('openssl', line.split(' '), { cwd: directory, stdio: 'pipe' });
  };
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj';
  try {
    writeFileSync(join(directory, 'san'), 'subjectAltName=DNS:localhost\n');
    run(`req -x509 ${key} /CN=root -keyout root.key -out root.crt -days 2`);
    run(`req ${key} /CN=server -keyout server.key -out server.csr`);
    run('x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile san -out server.crt');
    return { root: read('root.crt'), certificate: read('server.crt'), key: read('server.key') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A web service that answers every request the same, but for those to paths of `answers`. */
export class FixedServer implements AsyncDisposable {
  readonly #server: Server;
  readonly paths: string[] = [];
  readonly answers = new Map<string, (body: string) => unknown>();
  status = 200;
  body: string;

  private constructor({ certificate, key }: Certificates, body: string) {
    this.body = body;
    this.#server = createServer({ cert: certificate, key }, (request, response) => {
      this.paths.push(`${request.method} ${request.url}`);
      void text(request).then((sent) => {
        const own = this.answers.get(request.url ?? '');
        response.writeHead(this.status, { 'content-type': 'application/json' });
        response.end(own === undefined ? this.body : JSON.stringify(own(sent)));
      });
    });
  }

  static async start(certificates: Certificates, document: unknown, port = 0): Promise<FixedServer> {
    const server = new FixedServer(certificates, typeof document === 'string' ? document : JSON.stringify(document));
    server.#server.listen(port, 'localhost');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
