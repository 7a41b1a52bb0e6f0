import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { t } from '@volttron-ts/agent';
import { generateKeyPair } from '@volttron-ts/auth';
import type { AuthEntryInput, Capabilities } from '@volttron-ts/auth';
import { services } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { TestPlatform } from './support/test-platform.ts';

type Users = Readonly<Record<string, Capabilities>>;

interface Message {
  readonly method?: string;
  readonly params?: readonly [Users];
  readonly result?: { readonly methods: readonly string[] };
}

/** The JSON-RPC messages that Python's `platform.auth` sent in a captured scenario (e2e/golden). */
function said(file: string): Message[] {
  const path = new URL(`../../../e2e/golden/volttron-9.0.4/vip/${file}.json`, import.meta.url);
  const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { frames: { dir: string; frames: unknown[] }[] };
  return frames
    .filter(({ dir, frames: parts }) => dir === 'in' && parts[0] === services.auth && parts[5] === 'RPC')
    .map(({ frames: parts }) => JSON.parse(String(parts[6])) as Message);
}

const goldenOnly = (users: Users): Users =>
  Object.fromEntries(Object.entries(users).filter(([user]) => user.startsWith('golden.')));

describe('platform.auth, as captured', { timeout: 60_000 }, () => {
  it('has every method of the original: vip/rpc_inspect_platform.auth.json', async () => {
    await using platform = await TestPlatform.start();
    const { vip } = await platform.operator();
    const [original] = said('rpc_inspect_platform.auth');
    const ours = (await vip.rpc.call(services.auth, 'inspect')) as { methods: string[] };
    expect(original?.result?.methods).toHaveLength(40);
    expect(ours.methods).toEqual(expect.arrayContaining([...(original?.result?.methods ?? [])]));
  });

  it('tells every peer what users may do when the file changes: vip/auth_push_on_auth_file_change.json', async () => {
    const pushes = said('auth_push_on_auth_file_change').filter(({ method }) => method === 'auth.update');
    const users = goldenOnly(pushes[0]?.params?.[0] ?? {});
    expect(Object.keys(users)).toContain('golden.extra');
    const isPeer = (user: string): boolean => user === 'golden.one' || user === 'golden.two';
    const newcomers = Object.fromEntries(Object.entries(users).filter(([user]) => !isPeer(user)));
    await using platform = await TestPlatform.start();
    const peers = [await platform.enter('golden.one'), await platform.enter('golden.two')];
    const path = join(platform.home, 'auth.json');
    const entries = (some: Users): AuthEntryInput[] =>
      Object.entries(some).map(([user, capabilities]) => ({
        ...{ credentials: generateKeyPair().publicKey, user_id: user, identity: user, capabilities },
      }));
    const told = peers.map(({ vip }) => {
      const news = Promise.withResolvers<Users>();
      vip.rpc.export('auth.update', {
        params: t.Tuple([t.Unknown({ title: 'capabilities' })]),
        call: ([all]) => {
          if (Object.hasOwn(all as Users, 'golden.extra')) news.resolve(all as Users);
        },
      });
      return news.promise;
    });
    const document = JSON.parse(await readFile(path, 'utf8')) as {
      allow: { user_id: string; capabilities: unknown }[];
    };
    // The harness of the capture gave its peers nothing; ours gives each the right to its own configuration.
    const allow = document.allow.map((entry) =>
      entry.user_id.startsWith('golden.') ? { ...entry, capabilities: {} } : entry,
    );
    await writeFile(path, JSON.stringify({ ...document, allow: [...allow, ...entries(newcomers)] }));
    for (const all of await Promise.all(told)) {
      expect(goldenOnly(all)).toEqual(users);
      expect(all['platform']).toEqual(pushes[0]?.params?.[0]['platform']);
      expect(all[services.controlConnection]).toMatchObject(pushes[0]?.params?.[0][services.controlConnection] ?? {});
      // Users and capabilities, no keys.
      expect(JSON.stringify(all)).not.toMatch(/[A-Za-z0-9_-]{43}/);
    }
  });

  it('lets nobody add a key over the web: http/discovery_allow.txt', async () => {
    const captured = readFileSync(
      new URL('../../../e2e/golden/volttron-9.0.4/http/discovery_allow.txt', import.meta.url),
      'utf8',
    );
    const body = /-d (\{.*\})$/m.exec(captured)?.[1] ?? '';
    const [key] = (JSON.parse(body) as { params: [string] }).params;
    await using platform = await TestPlatform.start({ config: 'bind-web-address = https://localhost:0' });
    const status = await post(new URL('/discovery/allow', platform.status.webAddress), body);
    expect(status).toBe(404);
    expect(await readFile(join(platform.home, 'auth.json'), 'utf8')).not.toContain(key);
  });
});

function post(url: URL, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json' };
    request(url, { method: 'POST', headers, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(body);
  });
}
