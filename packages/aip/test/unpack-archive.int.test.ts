import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, Header } from 'tar';
import type { HeaderData } from 'tar';
import { describe, expect, it } from 'vitest';
import { ArchiveRefusedError } from '../src/errors.ts';
import { unpackArchive } from '../src/unpack-archive.ts';
import { temporary, text, tinyArchive, tinyFolder } from './support/home.ts';

const limits = { bytes: 100_000, entries: 20 };

/** An archive byte by byte, with what no honest program writes. */
async function forged(...entries: [HeaderData, string?][]): Promise<string> {
  const blocks = entries.flatMap(([data, body = '']) => {
    const header = new Header({ mode: 0o644, type: 'File', size: body.length, mtime: new Date(0), ...data });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, Buffer.from(body), Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  const file = join(await temporary(), 'forged.tgz');
  await writeFile(file, gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

async function refusal(archive: string): Promise<{ readonly message: string; readonly written: string[] }> {
  const place = await temporary();
  const target = join(place, 'target');
  await mkdir(target);
  const error: unknown = await unpackArchive(archive, target, limits).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ArchiveRefusedError);
  const written = await readdir(place, { recursive: true });
  return { message: (error as Error).message, written: written.filter((path) => path !== 'target') };
}

describe('unpacking', () => {
  it('writes the files without their top folder, with the modes npm gives them', async () => {
    const target = await temporary();
    const archive = await tinyArchive({ files: { 'dist/deep/x.js': 'x', 'é 中.txt': 'y' } });
    const files = await unpackArchive(archive, target, limits);
    expect(files.toSorted()).toEqual(['dist/deep/x.js', 'index.js', 'package.json', 'é 中.txt']);
    expect(await text(target, 'dist/deep/x.js')).toBe('x');
    expect(await text(target, 'é 中.txt')).toBe('y');
  });

  it('takes an archive of one single chunk and of many', async () => {
    const target = await temporary();
    const noise = Array.from({ length: 90_000 }, (_, n) => String.fromCharCode(33 + ((n * n * 7919) % 90))).join('');
    await unpackArchive(await tinyArchive({ files: { noise } }), target, limits);
    expect(await text(target, 'noise')).toBe(noise);
  });

  it.each<[string, HeaderData, string]>([
    ['a path that climbs', { path: 'package/../../evil' }, 'reaches outside of it'],
    ['an absolute path', { path: '/tmp/evil-of-aip' }, 'reaches outside of it'],
    ['a symbolic link', { path: 'package/evil', type: 'SymbolicLink', linkpath: '/etc' }, 'is a SymbolicLink'],
    ['a hard link', { path: 'package/evil', type: 'Link', linkpath: 'package/a' }, 'is a Link'],
    ['a device', { path: 'package/evil', type: 'CharacterDevice', devmaj: 1, devmin: 3 }, 'is a CharacterDevice'],
    ['a pipe', { path: 'package/evil', type: 'FIFO' }, 'is a FIFO'],
    ['a second folder', { path: 'other/evil' }, 'is not below the folder "package"'],
  ])('refuses %s, names it, and writes nothing', async (_, header, why) => {
    const archive = await forged([{ path: 'package/a' }, 'innocent'], [header], [{ path: 'package/z' }, 'z']);
    const { message, written } = await refusal(archive);
    expect(message).toMatch(why);
    expect(written).toEqual([]);
  });

  it('refuses real links as tar archives them', async () => {
    const root = await tinyFolder();
    await symlink('/etc/passwd', join(root, 'soft'));
    await link(join(root, 'index.js'), join(root, 'hard.js'));
    const file = join(root, '..', 'links.tgz');
    await create({ file, gzip: true, cwd: join(root, '..') }, ['package']);
    expect((await refusal(file)).message).toMatch(/is a (SymbolicLink|Link)/);
  });

  it('refuses what unpacks to more than the limit, however small it is packed', async () => {
    const { message, written } = await refusal(await tinyArchive({ files: { zeros: '\0'.repeat(10_000_000) } }));
    expect(message).toMatch('it unpacks to more than 100000 bytes');
    expect(written).toEqual([]);
  });

  it('refuses more files than the limit', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, '']));
    expect((await refusal(await tinyArchive({ files }))).message).toMatch('more than 20 entries');
  });

  it.each([
    ['no archive', () => Buffer.from('this is no archive, only text that is long enough to look at\n'.repeat(20))],
    ['an empty file', () => Buffer.alloc(0)],
    ['an empty archive', () => gzipSync(Buffer.alloc(1024))],
    ['noise', () => Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * n * 31) % 256))],
  ])('refuses %s', async (_, make) => {
    const file = join(await temporary(), 'x.tgz');
    await writeFile(file, make());
    expect((await refusal(file)).message).toMatch(`The archive ${file} is refused`);
  });

  it('refuses an archive that was cut anywhere', async () => {
    const whole = await tinyArchive({ files: { noise: 'abcdefgh'.repeat(500) } });
    const bytes = await readFile(whole);
    for (const part of [0.2, 0.5, 0.9]) {
      const file = join(await temporary(), 'cut.tgz');
      await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * part)));
      expect((await refusal(file)).message).toMatch('is refused');
    }
  });

  it('tells that the file is not there', async () => {
    expect((await refusal('/nowhere/x.tgz')).message).toMatch('ENOENT');
  });
});
