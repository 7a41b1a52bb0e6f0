import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AmqpTls } from '../src/index.ts';

/** A message as pika tells it. */
export interface PikaMessage {
  readonly key: string;
  readonly body: string;
  readonly app_id: string | null;
  readonly type: string | null;
  readonly message_id: string | null;
  readonly content_type: string | null;
  readonly user_id: string | null;
  readonly delivery_mode: number | null;
  readonly headers: Readonly<Record<string, unknown>> | null;
}

/** The Debian package's interpreter: other Pythons on the path do not see python3-pika. */
const PYTHON = '/usr/bin/python3';

/** A peer that is Python, by pika. */
export class PikaPeer implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #folder: string;
  #complaints = '';

  private constructor(folder: string) {
    this.#folder = folder;
    this.#child = spawn(PYTHON, [join(import.meta.dirname, 'pika-peer.py')]);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  static async connect(user: string, port: number, tls: AmqpTls, keys: readonly string[] = [user]): Promise<PikaPeer> {
    const folder = mkdtempSync(join(tmpdir(), 'pika-'));
    const file = (name: 'ca' | 'cert' | 'key'): string => {
      writeFileSync(join(folder, name), tls[name], { mode: 0o600 });
      return join(folder, name);
    };
    const peer = new PikaPeer(folder);
    peer.#write({ user, port, keys, ca: file('ca'), cert: file('cert'), key: file('key') });
    await peer.#read();
    return peer;
  }

  publish(key: string, properties: object, body: unknown): void {
    this.#write({ key, properties, body: typeof body === 'string' ? body : JSON.stringify(body) });
  }

  /** The next message. */
  async next(): Promise<PikaMessage> {
    return (await this.#read()) as PikaMessage;
  }

  #write(value: object): void {
    this.#child.stdin.write(`${JSON.stringify(value)}\n`);
  }

  async #read(): Promise<unknown> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`pika ended (apt-get install python3-pika?): ${this.#complaints}`);
    return JSON.parse(line.value) as unknown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
