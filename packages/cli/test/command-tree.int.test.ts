import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../src/program.ts';
import { Terminal } from '../src/terminal.ts';
import { goldenPath } from './support/golden.ts';

interface Tree {
  readonly options: readonly { readonly flags: readonly string[] }[];
  readonly commands: Readonly<Record<string, Tree>>;
}

const tree = JSON.parse(readFileSync(goldenPath('vctl_command_tree.json'), 'utf8')) as Tree;

/** Options of the original for its own developers and for logs in files. */
const LEFT_OUT = [
  '--config',
  '--debug',
  '--msgdebug',
  '--help',
  '--log',
  '--log-config',
  '--quiet',
  '--verboseness',
  '--show-config',
];

/**
 * `run` calls a method that does not exist, `send` an obsolete protocol (reference/agents-cli.md §7.2); `stats` switches on
 * counters that stop the platform (reference/vip-zmq.md §7); `rabbitmq` comes with that bus.
 */
const NO_COMMANDS = ['run', 'send', 'stats'];
/** Agents of ours have no requirements of pip. */
const NO_OPTIONS = ['install --skip-requirements'];
const sink = { write: () => undefined };
const terminal = new Terminal({ input: new PassThrough(), output: sink, errors: sink });
const program = createProgram({ home: '/nowhere', environment: {}, terminal });

const child = (command: Command, name: string): Command | undefined =>
  command.commands.find((one) => one.name() === name);

/** What of a command of the original ours lacks. */
function missing(theirs: Tree, ours: Command | undefined, path: string): string[] {
  if (ours === undefined) return [path];
  const known = [...ours.options, ...program.options].flatMap(({ short, long }) => [short, long]);
  const options = theirs.options
    .map(({ flags }) => flags.at(-1) ?? '')
    .filter((flag) => !LEFT_OUT.includes(flag) && !known.includes(flag))
    .map((flag) => `${path} ${flag}`);
  const commands = Object.entries(theirs.commands).flatMap(([name, one]) =>
    missing(one, child(ours, name), `${path} ${name}`),
  );
  return [...options, ...commands];
}

function leaves(command: Command, path: string): string[] {
  return command.commands.length === 0
    ? [path]
    : command.commands.flatMap((one) => leaves(one, `${path} ${one.name()}`));
}

describe('the commands of vctl', () => {
  it('are those of the original, with its options', () => {
    const commands = Object.entries(tree.commands).filter(([name]) => !NO_COMMANDS.includes(name));
    const lacking = commands.flatMap(([name, one]) => missing(one, child(program, name), name));
    expect(lacking).toEqual(NO_OPTIONS);
    expect(missing({ ...tree, commands: {} }, program, 'vctl')).toEqual([]);
  });

  it('stand in groups, each with a line, in the help', () => {
    const help = program.helpInformation();
    for (const group of ['Agents:', 'Who may, and what agents are told:', 'The platform:'])
      expect(help).toContain(group);
    const undescribed = program.commands.filter((command) => command.description() === '');
    expect(undescribed.map((command) => command.name())).toEqual([]);
  });

  it('stand in the README, each of them', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const words = new Set(readme.match(/[a-z]+(?:-[a-z0-9]+)*/g));
    expect(leaves(program, 'vctl').filter((path) => !words.has(path.split(' ').at(-1) ?? ''))).toEqual([]);
  });
});
