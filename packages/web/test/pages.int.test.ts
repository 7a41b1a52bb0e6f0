import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWebServer } from '../src/web-server.ts';
import { WebRig } from './web-rig.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'web-pages-'));
  await mkdir(join(directory, 'pages', 'assets'), { recursive: true });
  await writeFile(join(directory, 'secret.txt'), 'secret');
  await writeFile(join(directory, 'pages', 'index.html'), '<!doctype html><title>pages</title>');
  await writeFile(join(directory, 'pages', 'assets', 'index-a1b2c3d4.js'), 'export {};');
});
afterAll(() => rm(directory, { recursive: true }));

describe('the pages', () => {
  it('are served: the entry to be asked for again each time, hashed files for ever', async () => {
    await using rig = await WebRig.start({ pages: join(directory, 'pages') });
    const entry = await rig.ask('/');
    expect([entry.status, entry.headers['cache-control']]).toEqual([200, 'no-cache']);
    expect(entry.headers['content-type']).toMatch(/^text\/html/);
    expect(entry.headers['content-security-policy']).toContain("script-src 'self'");
    const asset = await rig.ask('/assets/index-a1b2c3d4.js');
    expect([asset.status, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(asset.headers['content-type']).toMatch(/javascript/);
    const again = await rig.ask('/', { headers: { 'if-none-match': String(entry.headers.etag) } });
    expect(again.status).toBe(304);
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/', '/missing.js'])(
    'do not reach %s',
    async (path) => {
      await using rig = await WebRig.start({ pages: join(directory, 'pages') });
      const { status, text } = await rig.ask(path);
      expect(status).toBe(404);
      expect(text).not.toBe('secret');
    },
  );

  it('must have been built', async () => {
    await expect(startWebServer({ ...new WebRig().options(), pages: directory })).rejects.toMatchObject({
      code: 'pages-missing',
      remedy: expect.stringContaining('nx build') as string,
    });
  });
});
