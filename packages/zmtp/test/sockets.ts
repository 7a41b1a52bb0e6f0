import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DealerSocket, RouterSocket, generateKeyPair } from '../src/index.ts';
import type {
  CloseReason,
  ConnectOptions,
  DealerOptions,
  MonitorEvent,
  RefusedError,
  RouterConnection,
  RouterOptions,
} from '../src/index.ts';

/** Events in order, and a wait for the first one that fits. */
export class Log<T> {
  readonly entries: T[] = [];
  private watchers: (() => void)[] = [];

  add(entry: T): void {
    this.entries.push(entry);
    for (const watch of [...this.watchers]) watch();
  }

  async find(fits: (entry: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.entries.find(fits);
      if (found !== undefined) return found;
      await this.changed();
    }
  }

  async count(wanted: number): Promise<T[]> {
    while (this.entries.length < wanted) await this.changed();
    return this.entries;
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => {
      const watch = (): void => {
        this.watchers = this.watchers.filter((other) => other !== watch);
        resolve();
      };
      this.watchers.push(watch);
    });
  }
}

export const serverKeys = generateKeyPair();
export const clientKeys = generateKeyPair();
export const curveServer = { type: 'CURVE', ...serverKeys } as const;
export const curveClient = { type: 'CURVE', serverKey: serverKeys.publicKey, ...clientKeys } as const;
export const nothing = { type: 'NULL' } as const;

export const abstractEndpoint = (): string => `ipc://@zmtp-test-${randomBytes(6).toString('hex')}`;
export const fileEndpoint = (): string => `ipc://${join(tmpdir(), `zmtp-${randomBytes(6).toString('hex')}.sock`)}`;

type OnMessage = (connection: RouterConnection, frames: Buffer[]) => void | Promise<void>;

/** A router that records, and answers with `onMessage`. */
export class TestRouter {
  readonly events = new Log<MonitorEvent>();
  readonly connections = new Log<RouterConnection>();
  readonly messages = new Log<Buffer[]>();
  readonly disconnects = new Log<{ connection: RouterConnection; reason: CloseReason }>();
  readonly socket: RouterSocket;

  constructor(options: RouterOptions = {}, onMessage?: OnMessage) {
    this.socket = new RouterSocket(
      {
        connected: (connection) => {
          this.connections.add(connection);
        },
        message: (connection, frames) => {
          this.messages.add(frames);
          return onMessage?.(connection, frames);
        },
        disconnected: (connection, reason) => {
          this.disconnects.add({ connection, reason });
        },
      },
      {
        monitor: (event) => {
          this.events.add(event);
        },
        ...options,
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.close({ linger: 0 });
  }
}

/** A dealer that records. */
export class TestDealer {
  readonly events = new Log<MonitorEvent>();
  readonly connects = new Log<true>();
  readonly messages = new Log<Buffer[]>();
  readonly disconnects = new Log<CloseReason>();
  readonly refusals = new Log<RefusedError>();
  readonly failures = new Log<CloseReason>();
  readonly socket: DealerSocket;

  constructor(
    endpoint: string,
    options: ConnectOptions,
    settings: DealerOptions = {},
    onMessage?: (frames: Buffer[]) => void | Promise<void>,
  ) {
    this.socket = new DealerSocket(
      {
        connected: () => {
          this.connects.add(true);
        },
        message: (frames) => {
          this.messages.add(frames);
          return onMessage?.(frames);
        },
        disconnected: (reason) => {
          this.disconnects.add(reason);
        },
        refused: (error) => {
          this.refusals.add(error);
        },
        failed: (reason) => {
          this.failures.add(reason);
        },
      },
      {
        monitor: (event) => {
          this.events.add(event);
        },
        ...settings,
      },
    );
    this.socket.connect(endpoint, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.close({ linger: 0 });
  }
}

export const text = (frames: readonly Uint8Array[]): string[] => frames.map((frame) => Buffer.from(frame).toString());
export const bytes = (...frames: string[]): Buffer[] => frames.map((frame) => Buffer.from(frame));
