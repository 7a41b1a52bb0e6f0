import { Agent, request } from 'node:https';
import { UnreachableError } from '@volttron-ts/vip-core';
import { ManagementError } from '../errors.ts';

/** Where a broker's management API is, and as whom we use it. */
export interface ManagementTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM texts; the broker asks for a certificate of its own authority, too. */
  readonly tls: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    /** The name in the broker's certificate, where it is not the host's. */
    readonly servername?: string;
  };
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** RabbitMQ's management API over TLS (reference/rmq-web-csr.md §1.12). */
export class ManagementClient {
  readonly #target: ManagementTarget;
  readonly #agent: Agent;

  constructor(target: ManagementTarget) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 4, ...target.tls });
  }

  /** Undefined when it is not there. Throws ManagementError, UnreachableError. */
  async get(...path: readonly string[]): Promise<unknown> {
    return this.#ask('GET', path);
  }

  async put(path: readonly string[], body: object): Promise<void> {
    await this.#ask('PUT', path, body);
  }

  async post(path: readonly string[], body: object): Promise<void> {
    await this.#ask('POST', path, body);
  }

  /** Answers false when it was not there. */
  async delete(...path: readonly string[]): Promise<boolean> {
    return (await this.#ask('DELETE', path)) !== undefined;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(method: Method, path: readonly string[], body?: object): Promise<unknown> {
    const { status, text } = await this.#send(method, path, body);
    if (status === 404) return undefined;
    if (status >= 300) throw new ManagementError(this.#address, `${method} /${path.join('/')}`, status, reasonOf(text));
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  get #address(): string {
    return `https://${this.#target.host}:${this.#target.port}`;
  }

  async #send(method: Method, path: readonly string[], body?: object): Promise<{ status: number; text: string }> {
    const { host, port, user, password } = this.#target;
    const content = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(
          new UnreachableError(
            this.#address,
            `The broker's management API at ${this.#address} does not answer: ${error.message}.`,
          ),
        );
      };
      const asked = request(
        {
          ...{ host, port, method, agent: this.#agent, auth: `${user}:${password}`, timeout: TIMEOUT_MS },
          path: `/api/${path.map(encodeURIComponent).join('/')}`,
          headers:
            content === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (piece: string) => {
            text += piece;
            if (text.length > MAX_BYTES) asked.destroy(new Error('the answer is too long'));
          });
          answer.on('error', fail);
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, text });
          });
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
      asked.on('error', fail);
      asked.end(content);
    });
  }
}

function reasonOf(text: string): string {
  try {
    const { reason, error } = JSON.parse(text) as { readonly reason?: unknown; readonly error?: unknown };
    const known = [reason, error].find((value) => typeof value === 'string');
    return known ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
