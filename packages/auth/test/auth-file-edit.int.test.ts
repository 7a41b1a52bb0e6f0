import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AuthFile, generateKeyPair } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

/** An auth file with one entry, whose listeners' news are kept. */
async function fileWithEntry(): Promise<{ readonly file: AuthFile; readonly told: string[]; readonly text: string }> {
  const file = await AuthFile.open(join(await scratchFolder(), 'auth.json'));
  await file.add({ credentials: generateKeyPair().publicKey, user_id: 'meter' });
  const told: string[] = [];
  file.onChange((_contents, { by }) => told.push(by));
  return { file, told, text: await readFile(file.path, 'utf8') };
}

const users = (file: AuthFile): string[] => file.contents.allow.map(({ user_id: user }) => user);

describe('an edit of the auth file by hand', () => {
  it('is taken, and told once as an edit', async () => {
    const { file, told, text } = await fileWithEntry();
    await writeFile(file.path, `// by hand\n${text.replace('"meter"', '"gauge"')}`);
    await file.reload();
    await file.reload();
    expect(users(file)).toEqual(['gauge']);
    expect(told).toEqual(['edit']);
  });

  it('is told apart from what we wrote ourselves', async () => {
    const { file, told } = await fileWithEntry();
    await file.update(0, { comments: 'roof' });
    await file.reload();
    expect(told).toEqual(['us']);
  });

  it.each([
    [
      'a comma too many',
      (text: string) => text.replace('"deny": []', '"deny": [,]'),
      /it is no JSON: .* line 18, column/,
    ],
    [
      'a backslash that is not doubled',
      (text: string) => text.replace('"address": null', '"address": "/192\\.168\\.1\\..*/"'),
      /it is no JSON: .* line 5, column/,
    ],
    [
      'an expression that is none',
      (text: string) => text.replace('"address": null', '"address": "/192(/"'),
      /allow entry 0 is ignored: "address": .*Unterminated group/,
    ],
    [
      'a key that is none',
      (text: string) => text.replace(/"credentials": "[^"]*"/, '"credentials": "short"'),
      /allow entry 0 is ignored: "credentials" is no key of 43 characters/,
    ],
    ['no list', (text: string) => text.replace('"deny": []', '"deny": {}'), /"deny" is no array/],
    ['nothing left', () => '', /it was emptied or removed/],
  ])('with %s is refused with its place and reason, and the rules from before go on', async (_what, edit, reason) => {
    const { file, told, text } = await fileWithEntry();
    const edited = edit(text);
    expect(edited).not.toBe(text);
    await writeFile(file.path, edited);
    await expect(file.reload()).rejects.toThrow(reason);
    expect(users(file)).toEqual(['meter']);
    expect(told).toEqual([]);
    // No change of ours is written over it, and the rules stay.
    await expect(file.add({ credentials: generateKeyPair().publicKey, user_id: 'x' })).rejects.toThrow(reason);
    expect(await readFile(file.path, 'utf8')).toBe(edited);
    await writeFile(file.path, text);
    await file.add({ credentials: generateKeyPair().publicKey, user_id: 'x' });
    expect(users(file)).toEqual(['meter', 'x']);
  });

  it('may leave what was invalid already as it is', async () => {
    const { file, text } = await fileWithEntry();
    await writeFile(file.path, text.replace('"allow": [', '"allow": [{"credentials": "bad"},'));
    const opened = await AuthFile.open(file.path);
    expect(opened.contents.problems).toHaveLength(1);
    await writeFile(file.path, (await readFile(file.path, 'utf8')).replace('"meter"', '"gauge"'));
    await opened.reload();
    expect(users(opened)).toEqual(['gauge']);
  });

  it('that removes the file locks nobody out', async () => {
    const { file, text } = await fileWithEntry();
    await rm(file.path);
    await expect(file.reload()).rejects.toMatchObject({ code: 'auth-file-invalid' });
    await expect(file.remove([0])).rejects.toMatchObject({ code: 'auth-file-invalid' });
    expect(users(file)).toEqual(['meter']);
    await writeFile(file.path, text);
    await file.reload();
    expect(users(file)).toEqual(['meter']);
  });
});
