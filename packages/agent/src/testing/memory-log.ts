import type { Logger, LogLevel } from '@volttron-ts/vip-core';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Keeps what is logged, for tests to read and to wait for. */
export class MemoryLog implements Logger {
  readonly lines: LogLine[] = [];
  readonly #watchers = new Set<() => void>();

  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#add('error', message, fields);
  }

  /** Settles with the first line, written or still to come, that the test wants. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve) => {
      const check = (): void => {
        const line = this.lines.find(wanted);
        if (line === undefined) return;
        this.#watchers.delete(check);
        resolve(line);
      };
      this.#watchers.add(check);
      check();
    });
  }

  #add(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.lines.push({ level, message, fields });
    for (const watcher of [...this.#watchers]) watcher();
  }
}
