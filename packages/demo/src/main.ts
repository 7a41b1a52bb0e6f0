import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { createLog, failureLine } from '@volttron-ts/connect';
import { Demo } from './demo.ts';
import type { Progress } from './demo.ts';
import type { WaitingKey } from './operator.ts';

interface Options {
  readonly seconds?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('give a number of seconds above 0, such as 20.');
}

const command = new Command('npm start --')
  .description('Runs two instances on this machine: readings of one end up in the historian of the other.')
  .option('--seconds <n>', 'stop so many seconds after the approval', seconds)
  .option('--yes', 'approve the forwarder without asking')
  .option('--json', 'print the figures as one JSON object, the last line of standard output');

const options = command.parse().opts<Options>();
const log = createLog({
  name: 'npm start',
  level: 'error',
  format: 'terminal',
  write: (text) => process.stderr.write(text),
});
const demo = new Demo({ root: join(process.cwd(), '.demo'), log });
const stopping = new AbortController();
/** A function, because the flag changes while a loop waits. */
const isStopping = (): boolean => stopping.signal.aborted;

// A terminal and npm each send one: the second, and any later one, changes nothing.
const stop = (): void => {
  if (stopping.signal.aborted) return;
  say('\nStopping: publishers first, then what waits is forwarded and stored.');
  stopping.abort();
};
process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);

try {
  process.exitCode = await run();
} catch (error) {
  if (!(stopping.signal.aborted && error instanceof Error && error.name === 'AbortError')) {
    say(`npm start: ${failureLine(error)}`);
    process.exitCode = 1;
  }
  await demo.stop();
}

async function run(): Promise<number> {
  say('Starting volttron-server and volttron-client …');
  await demo.start();
  say(
    `volttron-server: ${demo.webAddress}/  (arriving points, live; approving there: admin, password ${demo.firstPassword ?? ''})`,
  );
  const key = await demo.waitingKey(stopping.signal);
  say(`A key asks to connect to volttron-server:\n  ${key.identity}  ${key.credential}  from ${key.address}`);
  if (!(await approved(key))) {
    say('Not approved: what was published waits in the journal of volttron-client.');
    await demo.stop();
    return 1;
  }
  await demo.approve(key, stopping.signal);
  say(`First reading acknowledged ${String(demo.startupMs)} ms after the start.`);
  await watch();
  const { published, stored, lost, duplicates, p50LagMs, p99LagMs } = await demo.finish();
  const lags = { p50LagMs: toTenths(p50LagMs), p99LagMs: toTenths(p99LagMs) };
  const figures = { published, stored, lost, duplicates, ...lags, startupMs: demo.startupMs ?? null };
  if (options.json === true) process.stdout.write(`${JSON.stringify(figures)}\n`);
  say(`Readings published ${published}, stored ${stored}, lost ${lost}, doubled ${duplicates}.`);
  return stored === published && published > 0 && lost === 0 && duplicates === 0 ? 0 : 1;
}

/** Asks on a terminal; by itself with `--yes` or without a terminal, and says so. */
async function approved(key: WaitingKey): Promise<boolean> {
  if (options.yes === true || !process.stdin.isTTY) {
    say(options.yes === true ? 'Approving it, as --yes says.' : 'Approving it, since nobody is here to ask.');
    return true;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', stop);
  try {
    const answer = await terminal.question(`Approve ${key.identity}? [Y/n] `, { signal: stopping.signal });
    return !/^n/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

/** Shows a line a second until it is time to stop. */
async function watch(): Promise<void> {
  const until = options.seconds === undefined ? Infinity : performance.now() + options.seconds * 1000;
  while (!isStopping() && performance.now() < until) {
    const left = Math.min(1000, until - performance.now());
    await sleep(left, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (!isStopping()) show(await demo.progress().catch(() => undefined));
  }
}

function show(progress: Progress | undefined): void {
  const text = progress === undefined ? 'a process is away; what is published waits in its journal' : lineOf(progress);
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  else say(text);
}

function lineOf({ published, waiting, acknowledged, toStore, p50LagMs, p99LagMs }: Progress): string {
  const lag = `lag ${String(toTenths(p50LagMs) ?? '–')} ms (99 %: ${String(toTenths(p99LagMs) ?? '–')} ms)`;
  return `published ${published} readings · waiting ${waiting} records · acknowledged ${acknowledged} · to store ${toStore} records · ${lag}`;
}

function toTenths(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 10) / 10;
}
