import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as httpsGet } from 'node:https';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { writePrivateKey } from '../src/index.ts';
import { issue, makeAuthority } from './authority.ts';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/**
 * A port that leads to another, and waits when nobody listens there: a plugin that is restarted is away for a moment,
 * in which a CA may look.
 */
export async function patientPort(target: number): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => undefined).on('close', () => sockets.delete(near));
    near.once('data', (request) => {
      void forward(near, request, target);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Asks until there is an answer, and passes it on. */
async function forward(near: Socket, request: Buffer, target: number): Promise<void> {
  for (let attempt = 0; attempt < 100 && !near.destroyed; attempt++) {
    const far = connect(target, '127.0.0.1');
    const parts: Buffer[] = [];
    far.on('error', () => undefined).on('data', (part: Buffer) => parts.push(part));
    far.write(
      request
        .toString('latin1')
        .replace(/^Connection:.*\r\n/im, '')
        .replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    );
    await new Promise((resolve) => far.on('close', resolve));
    if (parts.length > 0) {
      near.end(Buffer.concat(parts));
      return;
    }
    await pause(20);
  }
  near.destroy();
}

export interface PebbleOptions {
  /** Where http-01 is looked at. */
  readonly httpPort: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly blocked?: readonly string[];
}

/** A real ACME server (pebble) with its mock DNS, on ports of its own, reached through a door that can be shut. */
export class Pebble {
  readonly directoryUrl: string;
  /** PEM of who signed its web server. */
  readonly webRoot: string;
  readonly #folder: string;
  readonly #children: readonly ChildProcess[];
  readonly #managementUrl: string;
  readonly #dnsUrl: string;
  readonly #door: Door;
  readonly #output: string[];

  private constructor(parts: {
    folder: string;
    children: readonly ChildProcess[];
    ports: Readonly<Record<'management' | 'dnsManagement' | 'door', number>>;
    door: Door;
    webRoot: string;
    output: string[];
  }) {
    this.#folder = parts.folder;
    this.#children = parts.children;
    this.#door = parts.door;
    this.#output = parts.output;
    this.webRoot = parts.webRoot;
    this.directoryUrl = `https://localhost:${parts.ports.door}/dir`;
    this.#managementUrl = `https://localhost:${parts.ports.management}`;
    this.#dnsUrl = `http://127.0.0.1:${parts.ports.dnsManagement}`;
  }

  static async start({ httpPort, environment = {}, blocked = [] }: PebbleOptions): Promise<Pebble> {
    const folder = await mkdtemp(join(tmpdir(), 'pebble-'));
    const [acme, management, dns, dnsManagement, door] = await Promise.all(Array.from({ length: 5 }, () => freePort()));
    const root = await makeAuthority('pebble-web-root');
    const { certificate, keys } = await issue(root);
    await writeFile(join(folder, 'cert.pem'), certificate.pem);
    await writeFile(join(folder, 'key.pem'), writePrivateKey(keys.privateKey), { mode: 0o600 });
    const pebble = {
      ...{ listenAddress: `127.0.0.1:${acme}`, managementListenAddress: `127.0.0.1:${management}` },
      ...{ certificate: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem') },
      ...{ httpPort, tlsPort: 1, ocspResponderURL: '', domainBlocklist: blocked },
    };
    await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
    const output: string[] = [];
    const names = run(
      'pebble-challtestsrv',
      [
        ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', '', '-dns01', `127.0.0.1:${dns}`],
        ...['-management', `127.0.0.1:${dnsManagement}`],
      ],
      {},
      [],
    );
    const server = run(
      'pebble',
      ['-config', join(folder, 'pebble.json'), '-dnsserver', `127.0.0.1:${dns}`],
      {
        ...{ PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' },
        ...environment,
      },
      output,
    );
    const opened = await Door.open(door ?? 0, acme ?? 0);
    const ports = { management: management ?? 0, dnsManagement: dnsManagement ?? 0, door: door ?? 0 };
    const made = new Pebble({
      folder,
      children: [names, server],
      ports,
      door: opened,
      webRoot: root.certificate.pem,
      output,
    });
    try {
      await made.#isUp();
    } catch (error) {
      await made.close();
      throw error;
    }
    return made;
  }

  /** PEM of the root that its certificates lead to. */
  root(): Promise<string> {
    return fetchText(`${this.#managementUrl}/roots/0`, this.webRoot);
  }

  /** How many orders it has taken. */
  orders(): number {
    return this.#output.join('').split('Added order').length - 1;
  }

  /** How many certificates it has made. */
  certificates(): number {
    return this.#output.join('').split('Issued certificate').length - 1;
  }

  async statusOf(serialNumber: string): Promise<string> {
    const text = await fetchText(`${this.#managementUrl}/cert-status-by-serial/${serialNumber}`, this.webRoot);
    return (JSON.parse(text) as { Status: string }).Status;
  }

  /** The URL of the mock DNS, where records are set. */
  get dnsUrl(): string {
    return this.#dnsUrl;
  }

  async shut(): Promise<void> {
    await this.#door.shut();
  }

  async reopen(): Promise<void> {
    await this.#door.reopen();
  }

  async close(): Promise<void> {
    await this.#door.shut();
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #isUp(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      const missing = this.#children.find((child) => child.pid === undefined);
      if (missing !== undefined) throw new Error('pebble is missing: apt-get install pebble');
      const [isServing, isNaming] = await Promise.all([
        fetchText(this.directoryUrl, this.webRoot).then(Boolean, () => false),
        fetch(`${this.#dnsUrl}/`).then(
          () => true,
          () => false,
        ),
      ]);
      if (isServing && isNaming) return;
      await pause(50);
    }
    throw new Error(`pebble does not start: ${this.#output.join('').slice(-2000)}`);
  }
}

function run(
  program: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: string[],
): ChildProcess {
  const child = spawn(program, [...parameters], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A program that is missing has no pid; #isUp tells.
  child.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => output.push(data.toString()));
  return child;
}

function fetchText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpsGet(url, { ca, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve(Buffer.concat(parts).toString());
      });
    }).on('error', reject);
  });
}

/** A port that leads to another while it is open. */
class Door {
  readonly #port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: number) {
    this.#port = port;
    this.#target = target;
  }

  static async open(port: number, target: number): Promise<Door> {
    const door = new Door(port, target);
    await door.reopen();
    return door;
  }

  async reopen(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
