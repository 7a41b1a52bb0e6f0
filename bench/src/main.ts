/** `npm run bench -- NAME [--runs N] [--check]`, `npm run bench -- --list`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { auth } from './benches/auth.ts';
import { csr } from './benches/csr.ts';
import { fanout } from './benches/fanout.ts';
import { grpc } from './benches/grpc.ts';
import { manyAgents } from './benches/many-agents.ts';
import { pubsub } from './benches/pubsub.ts';
import { rpc } from './benches/rpc.ts';
import { startup } from './benches/startup.ts';
import { zmtp } from './benches/zmtp.ts';
import { compare, table } from './compare.ts';
import type { Comparison, Row } from './compare.ts';
import { BenchError } from './errors.ts';
import { commit, load, machine } from './machine.ts';

const benches = new Map<string, { readonly about: string; readonly comparisons: () => Comparison[] }>([
  ['zmtp', { about: 'router CPU per 7-frame, 200-byte message: ours, zeromq addon, pyzmq', comparisons: zmtp }],
  ['pubsub', { about: 'publications 1 → 1: our router, pyzmq raw router', comparisons: pubsub }],
  ['fanout', { about: 'deliveries 1 → 100: our router, pyzmq raw router', comparisons: fanout }],
  ['auth', { about: 'CURVE handshakes and look-ups among 100,000 auth entries', comparisons: auth }],
  ['csr', { about: 'certificates over HTTPS: the platform, its floor, step-ca, cfssl', comparisons: csr }],
  ['many-agents', { about: '1,000 CURVE connections, a message a second each', comparisons: manyAgents }],
  ['startup', { about: 'time to the first hello, and memory, of what was built', comparisons: startup }],
  ['grpc', { about: 'the gRPC channel and the gateway: bare grpc-js, a VIP agent', comparisons: grpc }],
  ['rpc', { about: 'calls from agent to agent with CURVE', comparisons: rpc }],
]);

const RESULTS = join(import.meta.dirname, '..', 'results');

function options(): { names: string[]; runs: number; check: boolean; list: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '5' },
        check: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
      },
    });
    const runs = Number(values.runs);
    if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
      throw new BenchError(`--runs is "${values.runs}".`, 'Give a whole number from 1 to 100.');
    }
    return { names: positionals, runs, check: values.check, list: values.list };
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError(error instanceof Error ? error.message : String(error), 'Known: --runs N, --check, --list.');
  }
}

async function run(name: string, runs: number): Promise<boolean> {
  const bench = benches.get(name);
  if (bench === undefined) {
    throw new BenchError(`There is no bench "${name}".`, `Known: ${[...benches.keys()].join(', ')}.`);
  }
  const before = load();
  const rows: Row[] = [];
  for (const comparison of bench.comparisons()) {
    rows.push(...(await compare(comparison, runs, (line) => void process.stderr.write(`${line}\n`))));
  }
  const pass = rows.every((row) => row.pass);
  const head = { name, at: new Date().toISOString(), commit: commit(), machine: machine() };
  const result = { ...head, load: { before, after: load() }, runs, pass, rows };
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${name}: ${bench.about} (median of ${runs} interleaved runs)\n${table(rows)}\n`);
  process.stdout.write(`${pass ? 'All goals met.' : 'A goal is missed.'} Written to bench/results/${name}.json\n`);
  return pass;
}

async function main(): Promise<number> {
  const { names, runs, check, list } = options();
  const known = [...benches].map(([name, { about }]) => `${name.padEnd(12)} ${about}`).join('\n');
  if (list) {
    process.stdout.write(`${known}\n`);
    return 0;
  }
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) {
    throw new BenchError('Name one bench: npm run bench -- NAME.', `Known:\n${known}`);
  }
  const pass = await run(name, runs);
  return check && !pass ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof BenchError ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
