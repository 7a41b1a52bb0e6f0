import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportFailure } from '../src/failure.ts';
import { ownArguments } from '../src/own-arguments.ts';
import { createProgram } from '../src/program.ts';
import { Terminal } from '../src/terminal.ts';
import { agentFolder, scratch } from './support/agent-package.ts';
import { emptyHome, goldenHome, Platform } from './support/platform.ts';

const KEY = 'BBBBNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1';
const HOST = '127.0.0.1:1';
const ID = '63355aea-313b-45ac-84d7-fe37aa4be6f5';

interface Told {
  /** What the output holds, which must be one JSON value. */
  readonly value: unknown;
  readonly errors: string;
}

/** Runs a command with `--json`. */
async function told(home: string, args: readonly string[], input = ''): Promise<Told> {
  let [output, errors] = ['', ''];
  const terminal = new Terminal({
    input: Readable.from([input]),
    output: { write: (text) => (output += text) },
    errors: { write: (text) => (errors += text) },
  });
  const words = ownArguments(['--json', ...args]);
  try {
    await programOf(home, terminal).parseAsync(words, { from: 'user' });
  } catch (error) {
    reportFailure(error, { program: 'vctl', args: words, terminal });
  }
  terminal.close();
  try {
    return { value: JSON.parse(output), errors };
  } catch {
    throw new Error(`vctl ${words.join(' ')} printed no JSON value:\n${output}\n${errors}`);
  }
}

const programOf = (home: string, terminal: Terminal): Command =>
  createProgram({ home, environment: { EDITOR: 'true', PATH: process.env['PATH'] }, terminal });

const sink = { write: () => undefined };
const idle = new Terminal({ input: Readable.from([]), output: sink, errors: sink });

/** Every command, as its words. */
function leaves(command: Command, path: readonly string[] = []): (readonly string[])[] {
  return command.commands.length === 0 ? [path] : command.commands.flatMap((one) => leaves(one, [...path, one.name()]));
}
const commands = leaves(programOf('/nowhere', idle)).map((words) => words.join(' '));

interface Step {
  /** The words of the command, one blank between them. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly input?: string;
  /** It fails, and says so as JSON. */
  readonly fails?: true;
}

/** Every command once at least, in an order in which each can be carried out. */
const steps = (folder: string, file: string): readonly Step[] => [
  { command: 'list' },
  { command: 'status' },
  { command: 'install', args: [folder, '--vip-identity', 'a1', '--tag', 't1'] },
  { command: 'list' },
  { command: 'auth publickey' },
  { command: 'start', args: ['--tag', 't1'] },
  { command: 'health', args: ['--tag', 't1'] },
  { command: 'status' },
  { command: 'restart', args: ['--tag', 't1'] },
  { command: 'rpc list', args: ['a1'] },
  { command: 'rpc code', args: ['a1'] },
  { command: 'stop', args: ['--tag', 't1'] },
  { command: 'tag', args: ['--tag', 't1', 't2'] },
  { command: 'tag', args: ['--tag', 't2'] },
  { command: 'enable', args: ['--tag', 't2'] },
  { command: 'disable', args: ['--tag', 't2'] },
  { command: 'clear' },
  { command: 'config store', args: ['a1', 'one', file] },
  { command: 'config edit', args: ['a1', 'one'], fails: true },
  { command: 'config get', args: ['a1', 'one'] },
  { command: 'config get', args: ['a1', 'none'], fails: true },
  { command: 'config list' },
  { command: 'config list', args: ['a1'] },
  { command: 'config delete', args: ['a1', 'one'] },
  { command: 'remove', args: ['--tag', 't2'] },
  { command: 'auth keypair' },
  { command: 'auth serverkey' },
  { command: 'auth add', args: ['--user_id', 'new', '--credentials', KEY] },
  { command: 'auth add', args: ['--user_id', 'new', '--credentials', KEY], fails: true },
  { command: 'auth add', input: '\n', fails: true },
  { command: 'auth list' },
  { command: 'auth update', args: ['0'], input: '\n'.repeat(12) },
  { command: 'auth update', args: ['999'], fails: true },
  { command: 'auth remove', args: ['12'], input: 'n\n' },
  { command: 'auth remove', args: ['12'], input: 'y\n' },
  { command: 'auth add-known-host', args: ['--host', HOST, '--serverkey', KEY] },
  { command: 'auth list-known-hosts' },
  { command: 'auth remove-known-host', args: [HOST] },
  { command: 'auth remove-known-host', args: [HOST], fails: true },
  { command: 'auth list-roles' },
  { command: 'auth add-role', args: ['r', 'c'] },
  { command: 'auth add-role', args: ['r', 'c'], fails: true },
  { command: 'auth update-role', args: ['r', 'd'] },
  { command: 'auth list-groups' },
  { command: 'auth add-group', args: ['g', 'r'] },
  { command: 'auth update-group', args: ['g', 'r', '--remove'] },
  { command: 'auth remove-group', args: ['g'] },
  { command: 'auth remove-role', args: ['r'] },
  { command: 'auth rpc list' },
  { command: 'auth rpc add', args: ['golden.two.method', 'c'] },
  { command: 'auth rpc remove', args: ['golden.two.method', 'c'] },
  { command: 'auth remote list' },
  ...['approve', 'deny', 'delete'].map((what) => ({
    command: `auth remote ${what}`,
    args: [ID],
    fails: true as const,
  })),
  ...certificateSteps(dirname(file)),
  { command: 'peerlist' },
  { command: 'audit verify' },
  { command: 'shutdown' },
];

/** The commands of `certs`, which are told their files. */
function certificateSteps(folder: string): Step[] {
  const [ca, key, request] = ['rootCA.pem', 'server.key', 'server.csr'].map((name) => join(folder, name)) as [
    ...[string, string, string],
  ];
  const subject = ['--subject', '/CN=localhost'];
  const passphrase = 'open sesame\n';
  const grpc = join(folder, 'grpc');
  return [
    { command: 'certs root', args: [...subject, '--out', ca], input: passphrase.repeat(2) },
    { command: 'certs root', args: [...subject, '--out', ca], fails: true },
    { command: 'certs key', args: [key] },
    { command: 'certs csr', args: [key, ...subject] },
    { command: 'certs sign', args: [request, '--ca', ca], input: passphrase },
    { command: 'certs sign', args: [request, '--ca', ca, '--force'], input: 'wrong\n', fails: true },
    {
      command: 'certs client',
      args: [...subject, '--ca', ca, '--out', join(folder, 'client.crt')],
      input: passphrase,
    },
    { command: 'certs show', args: [ca] },
    { command: 'certs show', args: [request] },
    { command: 'certs show', args: [key], fails: true },
    { command: 'certs verify', args: [join(folder, 'client.crt'), '--ca', ca] },
    { command: 'certs export', args: [join(folder, 'client.crt')], input: passphrase.repeat(2) },
    { command: 'certs export-pkcs12', args: ['a1', join(folder, 'a1.p12')], fails: true },
    { command: 'certs list' },
    { command: 'certs create-ssl-keypair', args: ['a1'], fails: true },
    { command: 'certs request', args: ['https://127.0.0.1:1', 'a1', '--folder', folder], fails: true },
    { command: 'certs quickstart grpc server', args: ['--folder', grpc], input: passphrase.repeat(2) },
    { command: 'certs quickstart grpc server', args: ['--folder', grpc], fails: true },
    { command: 'certs quickstart grpc client', args: ['--folder', grpc] },
    { command: 'certs quickstart grpc client', args: ['--folder', grpc], fails: true },
    { command: 'certs quickstart grpc sign', args: [join(grpc, 'client.csr'), '--folder', grpc], input: passphrase },
    { command: 'certs quickstart grpc sign', args: [key, '--folder', grpc], fails: true },
  ];
}

describe('--json', () => {
  let platform: Platform;
  let home: string;
  beforeAll(async () => {
    platform = await Platform.start(await goldenHome());
    home = await emptyHome();
  });
  afterAll(async () => {
    await platform.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('makes of what every command prints one JSON value', async () => {
    const file = join(await scratch(), 'one.json');
    await writeFile(file, '{"é": 1}');
    const all = steps(await agentFolder({ name: 'meter', version: '1.0.0' }), file);
    const tried = new Set(all.map(({ command }) => command));
    expect(commands.filter((command) => !tried.has(command))).toEqual([]);
    for (const { command, args = [], input, fails = false } of all) {
      const { value, errors } = await told(platform.home, [...command.split(' '), ...args], input);
      const isFailure = typeof value === 'object' && value !== null && 'error' in value;
      expect(isFailure, `vctl ${command} ${args.join(' ')}: ${JSON.stringify(value)}${errors}`).toBe(fails);
    }
  });

  it.each(commands)('makes of what vctl %s says of a wrong option one JSON value', async (command) => {
    const { value, errors } = await told(home, [...command.split(' '), '--no-such-option']);
    expect(value).toMatchObject({ error: { code: expect.any(String) as string, message: errors.trimEnd() } });
  });
});
