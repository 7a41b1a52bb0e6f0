import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readFileIfThere } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

it('reads a file that is there, answers nothing for one that is not, and says which cannot be read', async () => {
  const folder = await scratchFolder();
  const path = join(folder, 'file');
  expect(await readFileIfThere(path)).toBeUndefined();
  await writeFile(path, 'Gebäude');
  expect(await readFileIfThere(path)).toBe('Gebäude');
  await mkdir(join(folder, 'folder'));
  await expect(readFileIfThere(join(folder, 'folder'))).rejects.toMatchObject({
    code: 'file-unreadable',
    value: join(folder, 'folder'),
  });
});
