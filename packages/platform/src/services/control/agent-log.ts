import { appendFile } from 'node:fs/promises';
import { rotateLog } from '@volttron-ts/aip';
import type { LogLimits } from '@volttron-ts/aip';
import type { Logger } from '@volttron-ts/vip-core';

const LIMITS: LogLimits = { maxBytes: 10_000_000, keep: 5 };

/** The log file of an agent whose output comes line by line. */
export class AgentLog {
  readonly #path: string;
  readonly #log: Logger;
  #pending = '';
  #writing: Promise<void> | undefined;

  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  write(line: string): void {
    this.#pending += `${line}\n`;
    this.#writing ??= this.#flush();
  }

  /** Settles when all is in the file. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #flush(): Promise<void> {
    while (this.#pending !== '') {
      const text = this.#pending;
      this.#pending = '';
      try {
        await appendFile(this.#path, text, { mode: 0o600 });
        await rotateLog(this.#path, LIMITS);
      } catch (error) {
        this.#log.warn('the log of an agent cannot be written', { path: this.#path, reason: String(error) });
      }
    }
    this.#writing = undefined;
  }
}
