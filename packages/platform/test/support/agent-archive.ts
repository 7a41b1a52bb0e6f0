import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Ends with code 5 when asked to crash, else tells who and where it is. */
const source = (version: string): string => `
import { defineAgent, t } from '@volttron-ts/agent';
import { threadId } from 'node:worker_threads';
const none = t.Tuple([]);
export default defineAgent({
  name: 'tiny',
  version: '${version}',
  config: t.Object({ greeting: t.String({ default: 'hello' }) }),
  methods: {
    about: {
      params: none,
      call: (_args, { config, dataFolder }) => ({
        pid: process.pid, thread: threadId, dataFolder, greeting: config.greeting, uuid: process.env.AGENT_UUID,
      }),
    },
    crash: { params: none, call: () => { setTimeout(() => { throw new Error('as asked'); }, 0); return null; } },
  },
});
`;

/** The tarball of a tiny agent, as `npm pack` makes it. */
export async function tinyAgent(version = '1.0.0', volttron: object = {}): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-agent-'));
  try {
    await mkdir(join(folder, 'package'));
    const manifest = {
      ...{ name: 'tiny-agent', version, type: 'module', main: 'index.js' },
      volttron,
      dependencies: { '@volttron-ts/agent': '0.1.0' },
    };
    await writeFile(join(folder, 'package/package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package/index.js'), source(version));
    await promisify(execFile)('tar', ['-czf', 'agent.tgz', 'package'], { cwd: folder });
    return await readFile(join(folder, 'agent.tgz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
