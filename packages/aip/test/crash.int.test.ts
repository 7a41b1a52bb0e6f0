import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openKeyStoreFile } from '@volttron-ts/auth';
import { describe, expect, it } from 'vitest';
import { AgentInstaller, agentPaths, installedAgents, setTag } from '../src/index.ts';
import { temporary, text, tinyArchive, writeTree } from './support/home.ts';

const script = join(import.meta.dirname, 'support', 'install-loop.ts');

/** Runs a process that installs the same agent again and again, and kills it so many ms after its first round. */
async function killDuringInstall(home: string, archive: string, milliseconds: number): Promise<void> {
  const args = ['--conditions=@volttron-ts/source', script, home, archive, 'one'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  await once(lines, 'line');
  setTimeout(() => child.kill('SIGKILL'), milliseconds);
  await once(child, 'close');
}

describe('a process killed in the middle of a forced installation', () => {
  it.each([0, 20, 45, 80, 120, 170, 230, 300])('after %i ms leaves the agent whole', async (milliseconds) => {
    const home = await temporary();
    const installer = new AgentInstaller({ home });
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`lib/f${n}.js`, `// ${n}`]));
    const archive = await tinyArchive({ files });
    const old = await installer.install({ archive, identity: 'one', config: '{"a": 1}', force: false });
    await setTag(home, old.uuid, 'lt');
    await writeTree(agentPaths(old).data, { kept: 'rows' });

    await killDuringInstall(home, archive, milliseconds);

    const found = await installedAgents(home);
    expect(found).toMatchObject([{ identity: 'one', tag: 'lt', publickey: old.publickey, kind: 'node' }]);
    await installer.sweep();
    const [agent = old] = await installedAgents(home);
    expect(agent).toEqual(found[0]);
    expect(await readdir(join(home, 'agents'))).toEqual([agent.uuid]);
    const paths = agentPaths(agent);
    expect((await openKeyStoreFile(paths.keyStore)).publicKey).toBe(old.publickey);
    expect([await text(paths.config), await text(paths.data, 'kept')]).toEqual(['{"a": 1}', 'rows']);
    await Promise.all(['index.js', ...Object.keys(files)].map((file) => access(join(paths.package, file))));
    await access(paths.record);
  });
});
