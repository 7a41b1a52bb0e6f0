import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach } from 'vitest';

const places: string[] = [];

afterEach(async () => {
  for (const place of places.splice(0)) await rm(place, { recursive: true, force: true });
});

/** A folder that goes after the test. */
export async function temporary(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'aip-'));
  places.push(place);
  return place;
}

/** Writes files, by their paths below a folder. */
export async function writeTree(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

export const AGENT = 'export default { name: "tiny", methods: {}, run() {} };\n';

export interface TinyPackage {
  readonly manifest?: object;
  readonly files?: Readonly<Record<string, string>>;
}

/** The folder of the smallest agent there is. */
export async function tinyFolder({ manifest = {}, files = {} }: TinyPackage = {}): Promise<string> {
  const root = join(await temporary(), 'package');
  const described = { name: '@volttron-ts/tiny', version: '1.0.0', type: 'module', ...manifest };
  await writeTree(root, { 'package.json': JSON.stringify(described), 'index.js': AGENT, ...files });
  return root;
}

/** Its tarball, as npm makes it. */
export async function tinyArchive(tiny: TinyPackage = {}): Promise<string> {
  const root = await tinyFolder(tiny);
  const file = join(root, '..', 'tiny.tgz');
  await create({ file, gzip: true, cwd: join(root, '..') }, ['package']);
  return file;
}

export const text = (...path: string[]): Promise<string> => readFile(join(...path), 'utf8');

/** Everything below a folder with its content, to see that nothing changed. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)),
  );
}
