import { join } from 'node:path';
import { scratch } from './our-platform.ts';
import { interpreterOf, scripts } from './python-line.ts';
import type { PythonLine } from './python-line.ts';
import { PythonProcess } from './python-process.ts';

export interface PeerSettings {
  readonly identity: string;
  readonly address: string;
  readonly publickey: string;
  readonly secretkey: string;
  readonly serverkey: string;
}

/** What a peer says without being asked. */
export interface PeerEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
}

/** What a Python call raised. */
export class PythonError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(`${type}: ${message}`);
    this.type = type;
  }
}

/** A Python agent that does what the test tells it (`python/peer.py`). */
export class PythonPeer {
  readonly identity: string;
  readonly events: PeerEvent[] = [];
  readonly #process: PythonProcess;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #hear: (() => void)[] = [];
  #count = 0;

  private constructor(identity: string, process: PythonProcess) {
    this.identity = identity;
    this.#process = process;
    process.onLine((line) => {
      this.#take(JSON.parse(line) as Answer & PeerEvent);
    });
    void process.ended.then(() => {
      for (const { reject } of this.#asked.values()) reject(this.#lost('an answer'));
      this.#wake();
    });
  }

  /** Starts it in a home of its own; it connects when it may, and ends with the stack. */
  static async start(stack: AsyncDisposableStack, line: PythonLine, settings: PeerSettings): Promise<PythonPeer> {
    const argument = JSON.stringify({ line: line.module, ...settings });
    const interpreter = await interpreterOf(line);
    const process = new PythonProcess(interpreter, [join(scripts, 'peer.py'), argument], await scratch(stack));
    const peer = new PythonPeer(settings.identity, process);
    stack.defer(async () => peer.stop());
    return peer;
  }

  /** Settles when the platform has welcomed it. */
  async connected(): Promise<this> {
    await this.event('connected');
    return this;
  }

  /** Lets it do one of the methods of `python/peer.py`, named arguments. */
  async ask(what: string, named: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (!this.#process.running) throw this.#lost(what);
    const id = ++this.#count;
    const answer = Promise.withResolvers<unknown>();
    this.#asked.set(id, answer);
    this.#process.write(JSON.stringify({ id, do: what, ...named }));
    return answer.promise;
  }

  async call(peer: string, method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.ask('call', { peer, method, args });
  }

  /** The first event of that name with those fields; waits for it. */
  async event(name: string, fields: Readonly<Record<string, unknown>> = {}): Promise<PeerEvent> {
    for (;;) {
      const found = this.events.find(
        (event) => event.event === name && Object.entries(fields).every(([field, value]) => event[field] === value),
      );
      if (found !== undefined) return found;
      if (!this.#process.running) throw this.#lost(name);
      await new Promise<void>((resolve) => this.#hear.push(resolve));
    }
  }

  /** Whether the platform has welcomed it. */
  get isConnected(): boolean {
    return this.events.some(({ event }) => event === 'connected');
  }

  /** Ends it as an agent ends: its core stops, and says so to the router. */
  async stop(): Promise<void> {
    const { isConnected } = this;
    if (this.#process.running && isConnected) await this.ask('stop').catch(() => undefined);
    // One that was never let in waits for its router, and obeys nobody.
    await this.#process.stop(isConnected ? 'SIGTERM' : 'SIGKILL');
  }

  #take(said: Answer & PeerEvent): void {
    if (said.id === undefined) {
      this.events.push(said);
      this.#wake();
      return;
    }
    const asked = this.#asked.get(said.id);
    this.#asked.delete(said.id);
    if (said.error === undefined) asked?.resolve(said.result);
    else asked?.reject(new PythonError(said.error.type, said.error.message));
  }

  #lost(what: string): Error {
    return new Error(`${this.identity} ended without ${what}:\n${this.#process.errors.slice(-30).join('\n')}`);
  }

  #wake(): void {
    const waiting = this.#hear;
    this.#hear = [];
    for (const wake of waiting) wake();
  }
}
