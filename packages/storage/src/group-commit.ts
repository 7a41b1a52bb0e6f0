import type { Database } from './database.ts';
import { DatabaseFailure, WritesClosedError } from './errors.ts';

export interface GroupLimits {
  /** Jobs of one transaction stop being taken after so many ms; 100 unless given. */
  readonly milliseconds?: number;
  /** … or once their sizes add up to this; 256 kB unless given. */
  readonly bytes?: number;
}

interface Job {
  readonly size: number;
  /** Runs the writer; the outcome is told by `settle` once the transaction has ended. */
  readonly run: () => void;
  readonly settle: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Shares transactions between writers. An idle one commits at once; what arrives while a commit runs goes together
 * into the next. Lives in the worker that owns the database.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #milliseconds: number;
  readonly #bytes: number;
  #queue: Job[] = [];
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(database: Database, { milliseconds = 100, bytes = 262_144 }: GroupLimits = {}) {
    this.#database = database;
    this.#milliseconds = milliseconds;
    this.#bytes = bytes;
  }

  /**
   * Runs `write` in the next transaction, in order of the calls. Settles after its COMMIT. A writer that throws is
   * rolled back alone; a failure of the database fails its whole group.
   *
   * @param size roughly what it writes, in bytes
   * @throws what `write` throws; a DatabaseFailure; WritesClosedError
   */
  run<T>(write: () => T, size = 0): Promise<T> {
    if (this.#closed) return Promise.reject(new WritesClosedError(this.#database.path));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push(job(this.#database, write, size, resolve, reject));
      this.#schedule();
    });
  }

  /** Settles when everything handed in so far, and what it led to, is committed. */
  idle(): Promise<void> {
    if (!this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Takes nothing more, and settles when the rest is committed. The database stays open. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.idle();
  }

  /**
   * setImmediate comes after the event loop has delivered every message waiting at any port, so these are one group,
   * and still at once when there was only one.
   */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#commit();
      this.#scheduled = false;
      if (this.#queue.length > 0) this.#schedule();
      else for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  #commit(): void {
    const group: Job[] = [];
    try {
      this.#database.transaction(() => {
        this.#fill(group);
      });
    } catch (error) {
      // BEGIN itself may have failed: then nobody was taken, and nobody waiting has a better chance.
      const failed = group.length > 0 ? group : this.#queue.splice(0);
      for (const { fail } of failed) fail(error);
      return;
    }
    for (const { settle } of group) settle();
  }

  #fill(group: Job[]): void {
    const end = performance.now() + this.#milliseconds;
    let bytes = 0;
    try {
      for (const next of this.#queue) {
        if (group.length > 0 && (bytes + next.size > this.#bytes || performance.now() > end)) return;
        group.push(next);
        bytes += next.size;
        next.run();
      }
    } finally {
      this.#queue.splice(0, group.length);
    }
  }
}

function job<T>(
  database: Database,
  write: () => T,
  size: number,
  resolve: (result: T) => void,
  reject: (reason: unknown) => void,
): Job {
  let settle = (): void => undefined;
  return {
    size,
    run() {
      try {
        const result = database.transaction(write);
        settle = () => {
          resolve(result);
        };
      } catch (error) {
        if (error instanceof DatabaseFailure) throw error;
        settle = () => {
          reject(error);
        };
      }
    },
    settle: () => {
      settle();
    },
    fail: reject,
  };
}
