import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { BenchError } from './errors.ts';
import { cpuSecondsOf } from './party-process.ts';

const START_MS = 20_000;

/** The file of a program on the path. */
export function whereIs(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Somebody else's server as a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  #complaints = '';

  private constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args);
    this.#child.stdout.resume();
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#child.on('error', (error) => (this.#complaints += error.message));
  }

  /** Settles when it listens on the port of 127.0.0.1. */
  static async start(program: string, args: readonly string[], port: number): Promise<ServerProcess> {
    const server = new ServerProcess(program, args);
    for (let waited = 0; waited < START_MS; waited += 50) {
      if (await listens(port)) return server;
      if (server.#child.exitCode !== null) break;
      await wait(50);
    }
    await server[Symbol.asyncDispose]();
    throw new BenchError(`${program} did not start. ${server.#complaints.trim()}`);
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
