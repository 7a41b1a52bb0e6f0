import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { BenchError } from './errors.ts';
import { residentMb } from './process-memory.ts';

/** The Debian package's interpreter: other Pythons on the path do not see python3-zmq. */
export const PYTHON = '/usr/bin/python3';

/** A semi-space is a third of what the platform allows its router's thread for short-lived objects. */
const FLAGS = ['--conditions=@volttron-ts/source', '--max-semi-space-size=16'];
const PEERS = join(import.meta.dirname, '..', 'peers');
const ANSWER_MS = 30_000;
/** Linux counts CPU time for /proc in ticks of 1/100 s on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * One party of a bench as a process of its own. It reads its configuration as one line of JSON, says with a line of JSON
 * that it is ready, answers each further line with one line of JSON, and ends when its input ends.
 */
export class PartyProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #complaints = '';

  private constructor(file: string) {
    this.#name = file;
    const path = join(PEERS, file);
    const [command, args] = file.endsWith('.py') ? [PYTHON, [path]] : [process.execPath, [...FLAGS, path]];
    this.#child = spawn(command, args);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    // A write to a party that has died is told by its missing answer.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (error) => (this.#complaints += error.message));
    this.#answers = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** Starts `bench/peers/<file>`; settles with its ready line. */
  static async start(file: string, config: object): Promise<{ party: PartyProcess; ready: unknown }> {
    const party = new PartyProcess(file);
    try {
      return { party, ready: await party.ask(JSON.stringify(config)) };
    } catch (error) {
      await party[Symbol.asyncDispose]();
      throw error;
    }
  }

  async ask(line: string): Promise<unknown> {
    this.#child.stdin.write(`${line}\n`);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new BenchError(`${this.#name} gave no answer in ${ANSWER_MS / 1000} s. ${this.#complaints}`));
    }, ANSWER_MS);
    try {
      const answer = await Promise.race([this.#answers.next(), late.promise]);
      if (answer.done === true) throw new BenchError(`${this.#name} ended early. ${this.#complaints.trim()}`);
      return JSON.parse(answer.value);
    } finally {
      clearTimeout(timer);
    }
  }

  /** User and system time of all threads of the process so far. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  /** Memory of the process that is in RAM. */
  residentMb(): number {
    return residentMb(this.#child.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const ended = Promise.withResolvers<undefined>();
    this.#child.once('exit', () => {
      ended.resolve(undefined);
    });
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await ended.promise;
    clearTimeout(timer);
  }
}

/** User and system time of all threads of a process so far. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold blanks, so count from the bracket that ends it: utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
