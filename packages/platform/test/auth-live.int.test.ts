import { appendFile, chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import { AuthFile, generateKeyPair, KeyStore, verifyAudit } from '@volttron-ts/auth';
import type { AuditRecord, AuthEntryInput, KeyPair } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { parseAddress, services } from '@volttron-ts/vip-core';
import type { BusState } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from './support/eventually.ts';
import { silent, TestPlatform } from './support/test-platform.ts';
import { keepingLog } from './service-bus.ts';

/** Until the assertions of a check hold. */
const until = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 });

type Edit = (document: { allow: AuthEntryInput[]; deny: AuthEntryInput[] }) => void;

/** A platform with an operator, whose auth file may be edited by hand. */
class Site implements AsyncDisposable {
  readonly platform: TestPlatform;
  readonly lines: string[];

  private constructor(platform: TestPlatform, lines: string[]) {
    this.platform = platform;
    this.lines = lines;
  }

  static async open(): Promise<Site> {
    const { log, lines } = keepingLog();
    return new Site(await TestPlatform.start({ config: '', log }), lines);
  }

  get path(): string {
    return join(this.platform.home, 'auth.json');
  }

  async add(entry: AuthEntryInput): Promise<unknown> {
    return (await this.platform.operator()).vip.rpc.call(services.auth, 'auth_file.add', [entry]);
  }

  /** As an editor does that writes another file and renames it. */
  async edit(edit: Edit): Promise<void> {
    const document = JSON.parse(await readFile(this.path, 'utf8')) as Parameters<Edit>[0];
    edit(document);
    await writeFile(`${this.path}~`, JSON.stringify(document));
    await rename(`${this.path}~`, this.path);
  }

  /** A session that is live, by a key of its own or the given one; answers what becomes of it. */
  async session(identity: string, pair: KeyPair = generateKeyPair()): Promise<Session> {
    const session = new Session(this.platform, identity, pair);
    await session.live();
    return session;
  }

  async records(action: string): Promise<AuditRecord[]> {
    const lines = (await readFile(join(this.platform.home, 'audit.log'), 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as AuditRecord).filter((record) => record.action === action);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
  }
}

class Session {
  readonly states: BusState[] = [];
  readonly #agent;

  constructor({ status }: TestPlatform, identity: string, { publicKey, secret }: KeyPair) {
    const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: status.serverKey };
    const bus = new ZmqConnection({ identity, address: parseAddress(status.addresses[0]!), keys, clock: systemClock });
    const { states } = this;
    const open = bus.open.bind(bus);
    bus.open = (events) => {
      open({
        ...events,
        state: (state, reason) => {
          states.push(state);
          events.state(state, reason);
        },
      });
    };
    const definition = defineAgent({ name: identity, config: t.Object({}) });
    this.#agent = startAgent(definition, { bus, clock: systemClock, log: silent });
    onTestFinished(() => this.#agent.stop());
  }

  async live(): Promise<void> {
    await this.#agent.vip.hello('');
  }

  /** Settles once it was ended and not let in again. */
  async ended(): Promise<void> {
    await until(() => {
      expect(this.states).toContain('lost');
      expect(this.states.at(-1)).toBe('refused');
    });
  }
}

describe('a session', () => {
  it('admitted by an expression over keys ends when that entry goes, and other sessions go on', async () => {
    await using site = await Site.open();
    const [meter, other] = [generateKeyPair(), generateKeyPair()];
    await site.add({ credentials: `/${meter.publicKey.slice(0, 20)}.*/`, user_id: 'meters' });
    await site.add({ credentials: other.publicKey, user_id: 'other' });
    const [lost, kept] = [await site.session('m1', meter), await site.session('o1', other)];
    const { vip } = await site.platform.operator();
    const { allow } = (await AuthFile.open(site.path)).contents;
    await vip.rpc.call(services.auth, 'auth_file.remove_by_index', [allow.findIndex((e) => e.user_id === 'meters')]);
    await lost.ended();
    expect(kept.states).not.toContain('lost');
    await kept.live();
  });

  it.each<[string, AuthEntryInput]>([
    ['disabled', { enabled: false }],
    ['tied to another name', { identity: 'another' }],
    ['limited to another address', { address: '/10\\..*/' }],
    ['limited to another domain', { domain: 'other' }],
    ['given another user', { user_id: 'somebody-else', identity: null }],
  ])('ends when its entry is %s', async (what, change) => {
    await using site = await Site.open();
    const pair = generateKeyPair();
    await site.add({ credentials: pair.publicKey, user_id: 'meter' });
    const session = await site.session('meter', pair);
    const { vip } = await site.platform.operator();
    const index = (await AuthFile.open(site.path)).contents.allow.findIndex((e) => e.user_id === 'meter');
    await vip.rpc.call(services.auth, 'auth_file.update_by_index', [change, index]);
    await until(() => {
      expect(session.states, what).toContain('lost');
    });
  });

  it('goes on when its capabilities and comments change', async () => {
    await using site = await Site.open();
    const pair = generateKeyPair();
    await site.add({ credentials: pair.publicKey, user_id: 'meter', identity: 'meter' });
    const session = await site.session('meter', pair);
    const { vip } = await site.platform.operator();
    const index = (await AuthFile.open(site.path)).contents.allow.findIndex((e) => e.user_id === 'meter');
    const change = { capabilities: { c: null }, comments: 'roof', roles: ['r'] };
    await vip.rpc.call(services.auth, 'auth_file.update_by_index', [change, index]);
    await session.live();
    expect(session.states).not.toContain('lost');
  });
});

describe('an edit of auth.json by hand', () => {
  it('lets in whom it adds and ends whom it takes away, within a second, and is recorded', async () => {
    await using site = await Site.open();
    const [gone, denied, added] = [generateKeyPair(), generateKeyPair(), generateKeyPair()];
    await site.add({ credentials: gone.publicKey, user_id: 'gone', identity: 'gone' });
    await site.add({ credentials: `/${denied.publicKey.slice(0, 30)}.*/`, user_id: 'denied' });
    const sessions = [await site.session('gone', gone), await site.session('denied', denied)];
    const began = performance.now();
    await site.edit((document) => {
      document.allow = document.allow.filter(({ user_id: user }) => user !== 'gone');
      document.allow.push({ credentials: added.publicKey, user_id: 'added', identity: 'added' });
      document.deny.push({ credentials: denied.publicKey, user_id: 'no' });
    });
    await until(() => {
      for (const { states } of sessions) expect(states).toContain('lost');
    });
    expect(performance.now() - began).toBeLessThan(1000);
    await site.session('added', added);
    const [edit] = await site.records('auth_file.edited');
    expect(edit).toMatchObject({
      item: 'auth.json',
      details: {
        'allow removed': [{ user_id: 'gone' }],
        'allow added': [{ user_id: 'added' }],
        'deny added': [{ credentials: denied.publicKey }],
      },
    });
  });

  it('that is not valid is reported with its place, and the rules from before go on', async () => {
    await using site = await Site.open();
    const pair = generateKeyPair();
    await site.add({ credentials: pair.publicKey, user_id: 'meter', identity: 'meter' });
    const session = await site.session('meter', pair);
    const text = await readFile(site.path, 'utf8');
    await writeFile(site.path, text.replace('"deny": []', '"deny": [,]'));
    await until(() => {
      expect(site.lines.join('\n')).toMatch(/the edit is not taken: .*no JSON: .* at line \d+, column \d+/);
    });
    await writeFile(site.path, text.replace('"address": null', '"address": "/192(/"'));
    await until(() => {
      expect(site.lines.join('\n')).toMatch(/the edit is not taken: allow entry 0 is ignored: "address"/);
    });
    await session.live();
    expect(session.states).not.toContain('lost');
    await writeFile(site.path, text);
    await site.add({ credentials: generateKeyPair().publicKey, user_id: 'later' });
  });

  it('that an editor writes in pieces counts once it is whole, and nobody is locked out meanwhile', async () => {
    await using site = await Site.open();
    const [pair, added] = [generateKeyPair(), generateKeyPair()];
    await site.add({ credentials: pair.publicKey, user_id: 'meter', identity: 'meter' });
    const session = await site.session('meter', pair);
    const text = await readFile(site.path, 'utf8');
    const entry = JSON.stringify({ credentials: added.publicKey, user_id: 'added', identity: 'added' });
    const edited = text.replace('"allow": [', `"allow": [${entry},`);
    for (const [piece, told] of [
      ['', /not taken: .*it was emptied or removed/],
      [edited.slice(0, edited.length / 2), /not taken: .*no JSON/],
    ] as const) {
      await writeFile(site.path, piece);
      await until(() => {
        expect(site.lines.join('\n')).toMatch(told);
      });
      await session.live();
    }
    await appendFile(site.path, edited.slice(edited.length / 2));
    await until(() => {
      expect(site.lines).toContain('an edit of auth.json was taken');
    });
    await site.session('added', added);
    expect(session.states).not.toContain('lost');
  });

  it('is no echo of what the platform wrote itself', async () => {
    await using site = await Site.open();
    await site.add({ credentials: generateKeyPair().publicKey, user_id: 'one' });
    await site.edit((document) => {
      document.allow.push({ credentials: generateKeyPair().publicKey, user_id: 'two' });
    });
    await until(async () => {
      expect(await site.records('auth_file.edited')).toHaveLength(1);
    });
    expect(site.lines.filter((line) => line.includes('edit of auth.json'))).toHaveLength(1);
  });

  it('with the address of an ipc user is taken, and told to match nobody', async () => {
    await using site = await Site.open();
    await site.edit((document) => {
      const address = 'localhost:1000:1000:2721';
      document.allow.push({ credentials: generateKeyPair().publicKey, user_id: 'two', address });
    });
    await until(() => {
      expect(site.lines.join('\n')).toContain('"address" localhost:1000:1000:2721 matches nobody');
    });
  });
});

it('a key store that others can read is told at the start', async () => {
  const home = await mkdtemp(join(tmpdir(), 'loose-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await new KeyStore(home).platform();
  await chmod(join(home, 'keystore'), 0o644);
  const { log, lines } = keepingLog();
  await using platform = await TestPlatform.start({ home, config: '', log });
  await until(() => {
    expect(lines).toContain(
      `other users of this host can read ${platform.home}/keystore: chmod go-rwx ${platform.home}/keystore`,
    );
  });
});

describe('the audit log of a platform', () => {
  it('holds who changed what, who was let in, and refusals as counts', async () => {
    const site = await Site.open();
    await using platform = site.platform;
    const { vip } = await platform.operator();
    const stranger = generateKeyPair();
    const session = new Session(platform, 'stranger', stranger);
    const waiting = await eventually(async () => {
      const [request] = (await vip.rpc.call(services.auth, 'get_pending_authorizations')) as { user_id: string }[];
      return request!;
    });
    await vip.rpc.call(services.auth, 'approve_authorization', [waiting.user_id]);
    await session.live();
    await site.add({ credentials: generateKeyPair().publicKey, user_id: 'meter' });
    await platform.stop();
    expect(await site.records('enrolment.approve')).toMatchObject([
      { actor: services.controlConnection, item: 'stranger', details: { key: stranger.publicKey, from: 'rpc' } },
    ]);
    expect(await site.records('auth_file.add')).toMatchObject([{ actor: services.controlConnection, item: 'meter' }]);
    const [refused] = await site.records('auth.refused');
    expect(refused?.details).toMatchObject({ denied: 0, addresses: { localhost: expect.any(Number) as number } });
    expect(await verifyAudit(platform.home)).toMatchObject({ ok: true, signedThrough: expect.any(Number) as number });
  });
});
