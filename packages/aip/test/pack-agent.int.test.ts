import { access, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AgentInstaller, packAgent } from '../src/index.ts';
import { temporary, tinyArchive, tinyFolder, writeTree } from './support/home.ts';

const gone = (path: string): Promise<unknown> => expect(access(path)).rejects.toThrow('ENOENT');

describe('packing', () => {
  it('makes a tarball of a folder, which installs, and leaves the folder as it is', async () => {
    const folder = await tinyFolder({ manifest: { files: ['index.js'] }, files: { 'notes.txt': 'not for others' } });
    const before = await readdir(folder);
    const { file, cleanup } = await packAgent(folder);
    expect(basename(file)).toBe('volttron-ts-tiny-1.0.0.tgz');
    const home = await temporary();
    const agent = await new AgentInstaller({ home }).install({ archive: file, force: false });
    const inside = await readdir(join(agent.folder, agent.name));
    expect(inside).toEqual(expect.arrayContaining(['index.js', 'package.json']));
    expect(inside).not.toContain('notes.txt');
    await cleanup();
    await gone(dirname(file));
    expect(await readdir(folder)).toEqual(before);
  });

  it('takes a tarball as it is, and never removes it', async () => {
    const archive = await tinyArchive();
    const { file, cleanup } = await packAgent(basename(archive), dirname(archive));
    expect(file).toBe(archive);
    await cleanup();
    await access(archive);
  });

  it('finds a package that is installed with the platform by its name', async () => {
    const { file, cleanup } = await packAgent('@volttron-ts/vip-core');
    expect(basename(file)).toMatch(/^volttron-ts-vip-core-\d.*\.tgz$/);
    await cleanup();
  });

  it.each(['./nowhere', '/nowhere/agent', 'agent.tgz', 'agent.whl', '', 'a b', '--version'])(
    'tells in the words of the original that %j is nothing',
    async (name) => {
      await expect(packAgent(name, await temporary())).rejects.toThrow(
        name === '' ? 'it has no package.json' : `Invalid file ${name}`,
      );
    },
  );

  it('says what is the matter with Python packages', async () => {
    const place = await temporary();
    await writeTree(place, { 'agent/setup.py': '', 'agent-1.0-py3-none-any.whl': 'PK\u0003\u0004' });
    const remedy = expect.stringMatching('Python agents are installed by Python VOLTTRON') as string;
    await expect(packAgent('agent', place)).rejects.toMatchObject({ code: 'agent-package', remedy });
    const wheel = packAgent('agent-1.0-py3-none-any.whl', place);
    await expect(wheel).rejects.toMatchObject({ code: 'agent-file-invalid', remedy });
  });

  it('refuses a folder whose package.json is none', async () => {
    const folder = await temporary();
    await writeFile(join(folder, 'package.json'), '{"name": "Ünknown"}');
    await expect(packAgent(folder)).rejects.toThrow(`${folder} is no agent that can be installed`);
    await writeFile(join(folder, 'package.json'), '{');
    await expect(packAgent(folder)).rejects.toThrow('is not JSON');
  });

  it('passes on what npm says, and leaves nothing behind', async () => {
    const folder = await tinyFolder({ manifest: { scripts: { prepack: 'echo no such luck; exit 3' } } });
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('volttron-agent-'));
    await expect(packAgent(folder)).rejects.toThrow(/^npm pack [^]*no such luck/);
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('volttron-agent-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });
});
