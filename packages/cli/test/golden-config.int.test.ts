import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

let platform: Platform;
const run = (...args: string[]): ReturnType<typeof vctl> => vctl(args, platform);

async function replay(name: string, file = ''): Promise<void> {
  const { args, code, stdout, stderr } = transcript(name);
  const ours = args.map((arg) => (arg === '/srv/vtn/run/cfg.json' ? file : arg));
  expect(await vctl(ours, platform), name).toEqual({ code, stdout, stderr });
}

/** A file with this text. */
async function fileOf(text: string): Promise<string> {
  const file = join(await scratch(), 'file');
  await writeFile(file, text);
  return file;
}

/** An editor that does what a shell does. */
async function editor(script: string): Promise<string> {
  const file = await fileOf(`#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

beforeAll(async () => {
  const home = await goldenHome();
  await mkdir(join(home, 'configuration_store'));
  const stored = (type: string, data: string): unknown => ({ type, modified: '2026-11-22T10:00:00+00:00', data });
  const store = { config: stored('json', '{"a": 1}'), 'reg.csv': stored('csv', 'point,units\nx,degC\n') };
  await writeFile(join(home, 'configuration_store', 'golden.cfg.store'), JSON.stringify(store));
  platform = await Platform.start(home);
});
afterAll(() => platform.stop());

// Each test goes on from the state that the one before left, as the transcripts do.
describe('vctl config', () => {
  it('lists and prints what is stored as the original does', async () => {
    for (const name of ['config_list', 'config_list_agent', 'config_get']) await replay(name);
    expect((await run('config', 'get', 'golden.cfg', 'reg.csv', '--raw')).stdout).toBe('point,units\nx,degC\n');
    const rows = await run('config', 'get', 'golden.cfg', 'reg.csv', '--json');
    expect(JSON.parse(rows.stdout)).toEqual([{ point: 'x', units: 'degC' }]);
    expect(JSON.parse((await run('--json', 'config', 'list')).stdout)).toEqual(['golden.cfg']);
  });

  it('stores and deletes as the original does', async () => {
    await replay('config_store', await fileOf('{"b": [2, "é中"]}'));
    expect((await run('config', 'get', 'golden.cfg', 'newcfg', '--raw')).stdout).toBe('{"b": [2, "é中"]}');
    await replay('config_delete');
    await replay('config_list_agent');
  });

  it('stores what stands in the input, and says what was stored when asked for JSON', async () => {
    const input = 'point,units\ny,kW\n';
    const stored = await vctl(['--json', 'config', 'store', 'meter', 'reg.csv', '--csv'], {
      home: platform.home,
      input,
    });
    expect(JSON.parse(stored.stdout)).toEqual({ identity: 'meter', name: 'reg.csv', type: 'csv' });
    expect((await run('config', 'get', 'meter', 'reg.csv', '--raw')).stdout).toBe(input);
    expect(await run('config', 'delete', 'meter', '--all')).toMatchObject({ code: 0 });
    expect((await run('config', 'list')).stdout).toBe('golden.cfg\n');
  });

  it('tells what is wrong in one line', async () => {
    const missing = await run('config', 'get', 'golden.cfg', 'nothing');
    expect(missing).toMatchObject({ code: 20, stdout: '' });
    expect(missing.stderr).toMatch(/^config: error: .*nothing.*\n$/);
    const broken = await run('config', 'store', 'golden.cfg', 'x', await fileOf('{"a": '));
    expect(broken.code).toBe(20);
    expect(broken.stderr).toMatch(/^config: error: .+\n$/);
    const noFile = await run('config', 'store', 'golden.cfg', 'x', '/no/such/file');
    expect(noFile.code).toBe(74);
    expect(noFile.stderr).toContain('/no/such/file');
    expect((await run('config', 'delete', 'golden.cfg')).code).toBe(2);
    expect((await run('config', 'delete', 'golden.cfg', 'config', '--all')).code).toBe(2);
  });

  it('edits with the editor of the operator, and says when nothing was changed', async () => {
    const stored = (): Promise<string> =>
      run('config', 'get', 'golden.cfg', 'config', '--raw').then(({ stdout }) => stdout);
    const change = await editor(`sed -i 's/"a": 1/"a": 2/' "$1"`);
    const edit = ['config', 'edit', 'golden.cfg', 'config'];
    expect(await run(...edit, '--editor', change)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await stored()).toBe('{"a": 2}');
    const environment = { EDITOR: 'true' };
    const unchanged = await vctl(edit, { home: platform.home, environment });
    expect(unchanged).toEqual({ code: 0, stdout: '', stderr: 'No changes detected.\n' });
    const failed = await run(...edit, '--editor', 'false');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('Editor returned with code 1. Changes not committed.');
    await run('config', 'edit', 'golden.cfg', 'fresh', '--editor', await editor(`echo '{"n": 1}' > "$1"`));
    expect((await run('config', 'get', 'golden.cfg', 'fresh', '--raw')).stdout).toBe('{"n": 1}\n');
    expect(await stored()).toBe('{"a": 2}');
  });

  it('keeps an edited text that the platform refuses', async () => {
    const spoil = await editor(`echo '{"a": ' > "$1"`);
    const { code, stderr } = await run('config', 'edit', 'golden.cfg', 'config', '--editor', spoil);
    expect(code).toBe(20);
    const [file = ''] = /\/\S+\.txt/.exec(stderr) ?? [];
    expect(await readFile(file, 'utf8')).toBe('{"a": \n');
    await rm(dirname(file), { recursive: true });
  });

  it('is not waiting for the platform while the operator edits', async () => {
    const slow = await editor(`sleep 3; echo '{"slow": 1}' > "$1"`);
    const edit = ['config', 'edit', 'golden.cfg', 'slow', '--timeout', '2', '--editor', slow];
    expect(await run(...edit)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
