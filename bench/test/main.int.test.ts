import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { requirePyzmq } from '../src/flow.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--conditions=@volttron-ts/source', MAIN, ...args], { encoding: 'utf8' });
}

describe('npm run bench', () => {
  it('lists what it can run', () => {
    const { status, stdout } = bench('--list');
    expect(status).toBe(0);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(expect.arrayContaining(['zmtp', 'pubsub', 'fanout', 'auth', 'rpc', 'many-agents']));
    expect(bench('nosuch').stderr).toContain(`Known: ${names.join(', ')}.`);
  });

  it.each([
    [['nosuch'], 'There is no bench "nosuch". Known: zmtp, '],
    [[], 'Name one bench'],
    [['zmtp', '--runs', '0'], '--runs is "0". Give a whole number from 1 to 100.'],
    [['zmtp', '--fast'], 'Known: --runs N, --check, --list.'],
  ])('refuses %j and names the way out', (args, line) => {
    const { status, stderr } = bench(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(line);
  });

  it('fails without pyzmq and says how to install it', () => {
    expect(() => {
      requirePyzmq('/usr/bin/false');
    }).toThrow('apt-get install -y python3-zmq');
  });
});
