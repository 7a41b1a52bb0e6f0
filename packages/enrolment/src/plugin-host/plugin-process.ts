import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { workerUrl } from '@volttron-ts/storage';
import type { Logger } from '@volttron-ts/vip-core';

import { Batch } from './host-messages.ts';
import type { FromChild, HostStart, ToChild } from './host-messages.ts';

export interface PluginProcessEvents {
  readonly log: Logger;
  readonly message: (message: FromChild) => void;
  /** Once; with the exit code or the signal. */
  readonly ended: (how: string) => void;
}

const HEAP_MB = 256;
/** Nothing of the platform's environment but what programs of an operator need; secrets stay out. */
const ENVIRONMENT = [
  ...['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_COMPILE_CACHE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
];
const LINE = 1000;
const LINES = 200;
const STOP_MS = 3000;

/** One life of the process that plugins run in. */
export class PluginProcess {
  readonly #child: ChildProcess;
  readonly #outbox: Batch<ToChild>;
  #lines = 0;

  constructor(start: HostStart, { log, message, ended }: PluginProcessEvents) {
    const conditions = process.execArgv.filter((argument) => argument.startsWith('--conditions='));
    this.#child = fork(workerUrl(import.meta.url, './plugin-child'), [], {
      execArgv: [...conditions, `--max-old-space-size=${HEAP_MB}`],
      env: Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]])),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#outbox = new Batch((messages) => {
      if (this.#child.connected) this.#child.send([...messages], () => undefined);
    });
    for (const output of [this.#child.stdout, this.#child.stderr]) if (output !== null) this.#follow(output, log);
    this.#child.on('message', (messages: readonly FromChild[]) => {
      for (const one of messages) message(one);
    });
    const end = Promise.withResolvers<string>();
    this.#child.once('exit', (code, signal) => {
      end.resolve(signal ?? `exit code ${code ?? 'unknown'}`);
    });
    this.#child.once('error', (error) => {
      end.resolve(error.message);
    });
    void end.promise.then(ended);
    this.#child.send(start, () => undefined);
  }

  send(message: ToChild): void {
    this.#outbox.add(message);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => {
      this.kill();
    }, STOP_MS);
    await exit;
    clearTimeout(timer);
  }

  /** What plugins print goes to the log, so many lines of so many characters in a process's life. */
  #follow(output: Readable, log: Logger): void {
    createInterface(output).on('line', (line) => {
      this.#lines += 1;
      if (this.#lines <= LINES) log.info(`a certificate plugin prints: ${line.slice(0, LINE)}`);
      if (this.#lines === LINES) log.warn('The certificate plugins print too much: no more of it is kept');
    });
  }
}
