import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identityExists, installedAgents, setPriority, setTag } from '../src/index.ts';
import { temporary, text, writeTree } from './support/home.ts';

const uuid = '8d1df712-c68d-49e2-b878-d8a0edd9d5a3';
const info = 'forwarderagent-5.1/forwarderagent-5.1.dist-info';

/** A home with a Python agent as VOLTTRON 9.0.4 leaves it. */
async function pythonHome(): Promise<string> {
  const home = await temporary();
  await writeTree(join(home, 'agents', uuid), {
    IDENTITY: 'forwarder',
    TAG: 'fwd',
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: forwarderagent\nVersion: 5.1\n',
    [`${info}/config`]: '{}',
    [`${info}/entry_points.txt`]: '[setuptools.installation]\neggsecutable = forwarder.agent:main\n',
    [`${info}/keystore.json`]: '{\n    "public": "iNHmo5KfpM6zgdAVfkDF7BNUQ8RWfYygVbofkXf7t1U",\n    "secret": "x"\n}',
  });
  return home;
}

describe('reading what is installed', () => {
  it('finds the agents of a Python home', async () => {
    const home = await pythonHome();
    expect(await installedAgents(home)).toEqual([
      {
        uuid,
        name: 'forwarderagent-5.1',
        version: '5.1',
        identity: 'forwarder',
        tag: 'fwd',
        priority: null,
        publickey: 'iNHmo5KfpM6zgdAVfkDF7BNUQ8RWfYygVbofkXf7t1U',
        folder: join(home, 'agents', uuid),
        kind: 'python',
      },
    ]);
    expect(await identityExists(home, 'forwarder')).toBe(uuid);
    expect(await identityExists(home, 'nobody')).toBeNull();
  });

  it('takes our own for ours, with the version of their package', async () => {
    const home = await temporary();
    await writeTree(join(home, 'agents', 'u'), {
      ...{ IDENTITY: 'one\n', AUTOSTART: '07\n', TAG: '' },
      'x-1.0.0-beta.1/package.json': '{"version": "1.0.0-beta.1"}',
    });
    expect(await installedAgents(home)).toMatchObject([
      { identity: 'one', version: '1.0.0-beta.1', priority: '07', tag: null, publickey: '', kind: 'node' },
    ]);
  });

  it('shows broken ones, and passes over what is no agent', async () => {
    const home = await temporary();
    await writeTree(join(home, 'agents'), {
      ...{ 'a-file': '', 'empty/x-1/y': '', 'no-package/IDENTITY': 'x', '.staging-1/u/x-1/package.json': '{}' },
      ...{ 'b/IDENTITY': 'b', 'b/b-1/package.json': '{', 'c/IDENTITY': 'c', 'c/c-1/c-1.dist-info/keystore.json': '[' },
    });
    expect((await installedAgents(home)).map(({ uuid: id, kind }) => [id, kind])).toEqual([
      ['b', 'broken'],
      ['c', 'broken'],
    ]);
  });

  it('finds none in a home without agents', async () => {
    expect(await installedAgents(await temporary())).toEqual([]);
  });
});

describe('tag and priority', () => {
  it('are kept as the original keeps them, and nothing else changes', async () => {
    const home = await pythonHome();
    const folder = join(home, 'agents', uuid);
    const keyStore = await readFile(join(folder, info, 'keystore.json'), 'utf8');
    await setTag(home, uuid, 'né 中');
    await setPriority(home, uuid, '5');
    expect([await text(folder, 'TAG'), await text(folder, 'AUTOSTART')]).toEqual(['né 中', '05']);
    expect(await installedAgents(home)).toMatchObject([{ tag: 'né 中', priority: '05', kind: 'python' }]);
    await setTag(home, uuid, null);
    await setPriority(home, uuid, null);
    await setPriority(home, uuid, null);
    expect((await readdir(folder)).toSorted()).toEqual(['IDENTITY', 'forwarderagent-5.1']);
    expect(await readFile(join(folder, info, 'keystore.json'), 'utf8')).toBe(keyStore);
  });

  it.each(['-1', '100', '5.5', 'high', '', '١', ' 5', '0x5'])(
    'refuses the priority %j with the words of the original',
    async (priority) => {
      const home = await pythonHome();
      const refused = setPriority(home, uuid, priority);
      await expect(refused).rejects.toThrow(`Priority must be an integer from 0 - 99. Received: ${priority}`);
    },
  );

  it.each(['0', '00', '99'])('takes the priority %j', async (priority) => {
    const home = await pythonHome();
    await setPriority(home, uuid, priority);
    expect(await installedAgents(home)).toMatchObject([{ priority: priority.padStart(2, '0') }]);
  });

  it.each(['', ' ', 'x'.repeat(65), 'a\nb', 'a\u2028b', '\u0007'])('refuses the tag %j', async (tag) => {
    const home = await pythonHome();
    await expect(setTag(home, uuid, tag)).rejects.toThrow('cannot be given');
    expect(await text(home, 'agents', uuid, 'TAG')).toBe('fwd');
  });

  it.each(['.', '..', '', 'a/b', '../agents'])('refuse the UUID %j with the words of the original', async (bad) => {
    const home = await pythonHome();
    await writeFile(join(home, 'agents', 'file'), '');
    await expect(setTag(home, bad, 'x')).rejects.toThrow(/^invalid agent$/);
    await expect(setPriority(home, bad, '5')).rejects.toThrow(/^invalid agent$/);
  });

  it.each(['unknown', 'file'])('tell that %s is no installed agent', async (bad) => {
    const home = await pythonHome();
    await writeFile(join(home, 'agents', 'file'), '');
    await expect(setTag(home, bad, 'x')).rejects.toThrow(`No agent with the UUID ${bad} is installed.`);
  });
});
