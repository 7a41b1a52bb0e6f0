import { createLog } from '@volttron-ts/connect';
import type { Logger, LogLevel } from '@volttron-ts/vip-core';
import { PlatformLink } from './platform-link.ts';
import type { Terminal } from './terminal.ts';

/** The options of every command. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly vipAddress: string | undefined;
  readonly timeoutMs: number;
  /** How often `-v` stands there. */
  readonly verbosity: number;
}

export interface CommandContextOptions {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly global: GlobalOptions;
  readonly terminal: Terminal;
}

/** What a command works with. */
export class CommandContext {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly global: GlobalOptions;
  readonly terminal: Terminal;
  #link: Promise<PlatformLink> | undefined;

  constructor({ home, environment, global, terminal }: CommandContextOptions) {
    this.home = home;
    this.environment = environment;
    this.global = global;
    this.terminal = terminal;
    terminal.asksAside = global.json;
  }

  /** The running platform; connects when first called. Throws NotRunningError, … */
  platform(): Promise<PlatformLink> {
    const { home, environment, global } = this;
    this.#link ??= PlatformLink.open({
      home,
      environment,
      address: global.vipAddress,
      timeoutMs: global.timeoutMs,
      log: this.#log(),
    });
    return this.#link;
  }

  /** Prints a result: for people as text, with `--json` as one JSON value. */
  print(text: string, value: unknown): void {
    this.terminal.write(this.global.json ? `${JSON.stringify(value, null, 2)}\n` : text);
  }

  /** Prints a line of a result as soon as it is there; with `--json` the whole follows by `print`. */
  tell(text: string): void {
    if (!this.global.json) this.terminal.write(text);
  }

  /** Tells what is no result: headings of tables, notes. Nothing with `--json`. */
  note(text: string): void {
    if (!this.global.json) this.terminal.complain(text);
  }

  /** Tells what was not done, as the original does: on the errors, with exit code 0. */
  refuse(text: string, code: string): void {
    this.terminal.complain(`${text}\n`);
    if (this.global.json) this.print('', { error: { code, message: text } });
  }

  async close(): Promise<void> {
    this.terminal.close();
    await this.#link?.then(
      (link) => link.close(),
      () => undefined,
    );
  }

  /** Without `-v` the one line of a failure is all there is to say. */
  #log(): Logger {
    const level = ([undefined, 'info', 'debug'] as const)[Math.min(this.global.verbosity, 2)];
    return level === undefined ? SILENT : this.#verboseLog(level);
  }

  #verboseLog(level: LogLevel): Logger {
    return createLog({
      name: 'vctl',
      level,
      format: 'terminal',
      write: (text) => {
        this.terminal.complain(text);
      },
    });
  }
}

const nothing = (): void => undefined;
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
