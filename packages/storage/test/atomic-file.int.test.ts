import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readJsonFile, replaceFileSync, writeFileAtomic, writeJsonFile } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

describe('replaceFileSync', () => {
  it('replaces a file with the mode asked for, and leaves nothing else', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'file');
    replaceFileSync(path, 'old');
    replaceFileSync(path, 'new', { mode: 0o644 });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves the old content and no rest when it fails, and says why', async () => {
    const folder = await scratchFolder();
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'taken', 'content'), 'x');
    const replace = (): void => {
      replaceFileSync(join(folder, 'taken'), 'new');
    };
    expect(replace).toThrow(expect.objectContaining({ code: 'file-unwritable', value: join(folder, 'taken') }));
    expect(await readdir(folder)).toEqual(['taken']);
  });
});

describe('writeFileAtomic', () => {
  it('replaces a file and leaves nothing else', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'file');
    await writeFileAtomic(path, 'old');
    await writeFileAtomic(path, new Uint8Array([110, 101, 119]));
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('gives the file the mode asked for, whatever the umask and the former mode', async () => {
    const path = join(await scratchFolder(), 'file');
    const mode = async (): Promise<number> => (await stat(path)).mode & 0o777;
    await writeFileAtomic(path, 'secret');
    expect(await mode()).toBe(0o600);
    await chmod(path, 0o644);
    await writeFileAtomic(path, 'secret', { mode: 0o600 });
    expect(await mode()).toBe(0o600);
    await writeFileAtomic(path, 'public', { mode: 0o666 });
    expect(await mode()).toBe(0o666);
  });

  it('leaves the old content and no rest when it fails, and says why', async () => {
    const folder = await scratchFolder();
    await expect(writeFileAtomic(join(folder, 'no', 'file'), '')).rejects.toMatchObject({
      code: 'file-unwritable',
      value: join(folder, 'no', 'file'),
      cause: { code: 'ENOENT' },
    });
    await mkdir(join(folder, 'taken'));
    await expect(writeFileAtomic(join(folder, 'taken'), '')).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(await readdir(folder)).toEqual(['taken']);
  });

  it('takes many writers at once: the file is always one of theirs', async () => {
    const path = join(await scratchFolder(), 'file');
    await Promise.all(Array.from({ length: 20 }, (_, n) => writeFileAtomic(path, `${n}`.repeat(5000))));
    expect(new Set(await readFile(path, 'utf8')).size).toBeLessThanOrEqual(2);
    expect((await readFile(path, 'utf8')).length % 5000).toBe(0);
  });

  it('leaves whole old or whole new content when the process is killed at any moment', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'file');
    for (let round = 0; round < 8; round++) {
      const child = spawn(
        process.execPath,
        [...process.execArgv, join(import.meta.dirname, 'workers/writer.ts'), path],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const exited = once(child, 'exit');
      let last = -1;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        last = Number(text.trim().split('\n').at(-1));
        // Somewhere inside a later write: how far it gets differs from round to round.
        if (last >= round % 4) child.kill('SIGKILL');
      });
      await exited;
      const content = (await readJsonFile(path)) as { n: number; filler: string };
      expect(content.filler).toHaveLength(200_000);
      expect(content.n).toBeGreaterThanOrEqual(last);
    }
  }, 60_000);
});

describe('JSON files', () => {
  it('are read back as written, indented and ending in a newline', async () => {
    const path = join(await scratchFolder(), 'file.json');
    await writeJsonFile(path, { a: [1, 'ü'] });
    expect(await readFile(path, 'utf8')).toBe('{\n  "a": [\n    1,\n    "ü"\n  ]\n}\n');
    expect(await readJsonFile(path)).toEqual({ a: [1, 'ü'] });
    await writeJsonFile(path, { a: 1 }, { indent: 0, mode: 0o640 });
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('that are broken are reported with name, line and column', async () => {
    const path = join(await scratchFolder(), 'auth.json');
    await writeFile(path, '{\n  "allow": [\n    secret\n  ]\n}\n');
    await expect(readJsonFile(path)).rejects.toMatchObject({
      code: 'json-file',
      message: `The file "${path}" is not JSON: "s" instead of a value at line 3, column 5.`,
      line: 3,
      column: 5,
      remedy: 'Correct the file at that place.',
    });
  });

  it('that are missing are told from those that cannot be read', async () => {
    const folder = await scratchFolder();
    await expect(readJsonFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'file-missing' });
    await expect(readJsonFile(folder)).rejects.toMatchObject({ code: 'file-unreadable', value: folder });
  });

  it('are not written for a value without JSON form', async () => {
    const folder = await scratchFolder();
    const path = join(folder, 'file.json');
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const value of [undefined, () => 1, cycle, 1n]) {
      await expect(writeJsonFile(path, value)).rejects.toMatchObject({ code: 'json-value', value: path });
    }
    expect(await readdir(folder)).toEqual([]);
  });
});
