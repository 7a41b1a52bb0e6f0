import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AgentInstaller, installedAgents } from '../src/index.ts';
import type { Admission, InstalledAgent } from '../src/index.ts';
import { snapshot, temporary, text, tinyArchive, writeTree } from './support/home.ts';

async function setUp() {
  const home = await temporary();
  return { home, installer: new AgentInstaller({ home }), agents: join(home, 'agents') };
}

/** An admission that keeps what it is asked for. */
function recording(onAdmit: (agent: InstalledAgent) => Promise<void> = () => Promise.resolve()) {
  const asked: [what: string, agent: InstalledAgent, old: InstalledAgent | undefined][] = [];
  const admission: Admission = {
    admit: async (agent, old) => {
      asked.push(['admit', agent, old]);
      await onAdmit(agent);
    },
    withdraw: (agent, old) => Promise.resolve(void asked.push(['withdraw', agent, old])),
  };
  return { admission, asked };
}

describe('an admission', () => {
  it('comes before the agent is there, so that a crash leaves none that may not come onto the bus', async () => {
    const { home } = await setUp();
    const seen: unknown[] = [];
    const { admission } = recording(async () => void seen.push((await installedAgents(home)).length));
    const installer = new AgentInstaller({ home, admission });
    const archive = await tinyArchive();
    const agent = await installer.install({ archive, identity: 'one', force: false });
    expect(seen).toEqual([0]);
    await expect(installer.install({ archive, identity: 'one', force: false })).rejects.toThrow('already exists');
    await installer.install({ archive, identity: 'one', force: true });
    expect(seen).toHaveLength(2);
    expect(await text(agent.folder, 'IDENTITY').catch(() => 'gone')).toBe('gone');
  });

  it('that is refused leaves the old agent as it was', async () => {
    const { home, installer, agents } = await setUp();
    const archive = await tinyArchive();
    const old = await installer.install({ archive, identity: 'one', force: false });
    const before = await snapshot(old.folder);
    const { admission, asked } = recording(() => Promise.reject(new Error('not you')));
    const again = new AgentInstaller({ home, admission }).install({ archive, identity: 'one', force: true });
    await expect(again).rejects.toThrow('not you');
    expect(asked).toHaveLength(1);
    expect(await readdir(agents)).toEqual([old.uuid]);
    expect(await snapshot(old.folder)).toEqual(before);
  });

  it('is withdrawn when the agent cannot be put in place', async () => {
    const { home, installer } = await setUp();
    const archive = await tinyArchive();
    const old = await installer.install({ archive, identity: 'one', force: false });
    const { admission, asked } = recording(({ folder }) => writeFile(folder, 'in the way'));
    const again = new AgentInstaller({ home, admission }).install({ archive, identity: 'one', force: true });
    await expect(again).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(asked.map(([what, agent, replaced]) => [what, agent.identity, replaced])).toEqual([
      ['admit', 'one', old],
      ['withdraw', 'one', old],
    ]);
    expect(await installedAgents(home)).toEqual([old]);
  });

  it('is withdrawn by the sweep when a crash came in between', async () => {
    const { home, installer, agents } = await setUp();
    const archive = await tinyArchive();
    const old = await installer.install({ archive, identity: 'one', force: false });
    const script = join(import.meta.dirname, 'support', 'install-crash.ts');
    const args = ['--conditions=@volttron-ts/source', script, home, archive, 'one'];
    const crashed = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
    expect(crashed).toEqual([null, 'SIGKILL']);
    expect(await installedAgents(home)).toEqual([old]);
    const { admission, asked } = recording();
    await new AgentInstaller({ home, admission }).sweep();
    expect(asked).toMatchObject([['withdraw', { identity: 'one' }, { uuid: old.uuid, publickey: old.publickey }]]);
    expect(asked[0]?.[1].publickey).not.toBe(old.publickey);
    expect(await readdir(agents)).toEqual([old.uuid]);
  });

  it('stays when the crash came after the agent was in place', async () => {
    const { home, installer, agents } = await setUp();
    const archive = await tinyArchive();
    const old = await installer.install({ archive, identity: 'one', force: false });
    const next = await installer.install({ archive, identity: 'two', force: false });
    await writeTree(next.folder, { IDENTITY: 'one', REPLACES: old.uuid });
    await writeTree(agents, { '.staging-abc/ADMITTED': next.uuid });
    await rename(old.folder, join(agents, '.staging-abc', old.uuid));
    const { admission, asked } = recording();
    await new AgentInstaller({ home, admission }).sweep();
    expect(asked).toEqual([]);
    expect(await readdir(agents)).toEqual([next.uuid]);
  });
});
