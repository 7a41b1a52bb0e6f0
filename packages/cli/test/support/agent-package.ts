import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

const run = promisify(execFile);

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** An agent that does nothing but live. */
export const IDLE = "({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()))";

export interface AgentSource {
  readonly name: string;
  readonly version: string;
  /** The text of its `run`. */
  readonly run?: string;
  /** Stands before everything else in its module. */
  readonly first?: string;
}

/** A folder with an agent of ours, which is gone when the tests have ended. */
export async function agentFolder({ name, version, run: text = IDLE, first = '' }: AgentSource): Promise<string> {
  const folder = join(await scratch(), 'package');
  await mkdir(folder);
  const manifest = { name, version, type: 'module', main: 'agent.js', dependencies: { '@volttron-ts/agent': '*' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const module = [
    first,
    "import { defineAgent, t } from '@volttron-ts/agent';",
    `export default defineAgent({ name: 'Test', config: t.Object({}, { additionalProperties: true }), run: ${text} });`,
  ];
  await writeFile(join(folder, 'agent.js'), `${module.join('\n')}\n`);
  return folder;
}

/** The same as an archive, of which `npm pack` would refuse a version such as 3.3. */
export async function agentArchive(source: AgentSource): Promise<string> {
  const folder = await agentFolder(source);
  const file = join(folder, '..', `${source.name}.tgz`);
  await run('tar', ['-czf', file, '-C', join(folder, '..'), 'package']);
  return file;
}

/** An empty folder, which is gone when the tests have ended. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vctl-test-'));
  folders.push(folder);
  return folder;
}
