import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transcript } from './support/golden.ts';
import { goldenHome, Platform, SERVER_KEY } from './support/platform.ts';
import { Stranger } from './support/stranger.ts';
import { vctl } from './support/vctl.ts';

const WAITING = 'does not yet let this key in';
const WELCOME = 'connected to the platform';
const LOST = 'the connection to the platform was lost';
const DENIED = 'denies this key';

let platform: Platform;
let first: Stranger;
let second: Stranger;

interface Listed {
  readonly user_id: string;
  readonly identity: string;
  readonly status: string;
}

/** A command with the id of a request in the place of the captured one. */
async function decide(name: string, id: string): ReturnType<typeof vctl> {
  const { args } = transcript(name);
  return vctl([...args.slice(0, -1), id], platform);
}

async function requests(): Promise<readonly Listed[]> {
  return JSON.parse((await vctl(['auth', 'remote', 'list', '--json'], platform)).stdout) as Listed[];
}

async function idOf(identity: string): Promise<string> {
  const found = (await requests()).find((request) => request.identity === identity);
  if (found === undefined) throw new Error(`no request of ${identity}`);
  return found.user_id;
}

/** The rows of `auth remote list`, its headings in place. */
async function rows(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await vctl(['auth', 'remote', 'list', ...args], platform);
  expect({ code, stderr }).toEqual({ code: 0, stderr: `${'USER_ID'.padEnd(36)} ADDRESS   STATUS\n` });
  return stdout.trimEnd().split('\n');
}

const silent = { code: 0, stdout: '', stderr: '' };

beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(async () => {
  await first.stop();
  await second.stop();
  await platform.stop();
});

// Each test goes on from the state that the one before left.
describe('vctl auth remote', () => {
  it('says so when nobody asked, and names the three words for another status', async () => {
    for (const name of ['auth_remote_list_pending', 'auth_remote_list_denied', 'auth_remote_list_badstatus']) {
      const { args, ...ended } = transcript(name);
      expect(await vctl(args, platform)).toEqual(ended);
    }
    const { args } = transcript('auth_remote_list');
    expect((await vctl(args, platform)).stdout).toBe('No remote certificates or credentials\n');
  });

  it('lists id, address and status of those that wait', async () => {
    first = await Stranger.knock(platform.home, SERVER_KEY, 'first');
    second = await Stranger.knock(platform.home, SERVER_KEY, 'second');
    await Promise.all([first.told(WAITING), second.told(WAITING)]);
    const listed = await requests();
    expect(listed.map(({ identity, status }) => `${identity} ${status}`).toSorted()).toEqual([
      'first pending',
      'second pending',
    ]);
    const expected = listed.map(({ user_id: id }) => `${id} localhost PENDING`);
    const shown = (await rows()).map((row) => row.replace(/ localhost\S* +/, ' localhost '));
    // Who asked last comes first, and both go on asking.
    expect(shown.toSorted()).toEqual(expected.toSorted());
  });

  it('lets a waiting key in, silently, and lists it as approved before those that wait', async () => {
    expect(await decide('auth_remote_approve', await idOf('first'))).toEqual(silent);
    await first.told(WELCOME);
    expect((await requests()).map(({ status }) => status)).toEqual(['approved', 'pending']);
    expect(await rows('--status', 'approved')).toEqual([expect.stringMatching(/ APPROVED$/)]);
  });

  it('denies an approved key, whose session ends', async () => {
    expect(await decide('auth_remote_deny_approved', await idOf('first'))).toEqual(silent);
    await first.told(DENIED);
    expect(await rows('--status', 'denied')).toEqual([expect.stringMatching(/ DENIED$/)]);
  });

  it('approves a denied key, and says what a libzmq peer needs', async () => {
    const { code, stdout, stderr } = await decide('auth_remote_approve_denied', await idOf('first'));
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/libzmq.*must be restarted/);
    await first.told(WELCOME);
  });

  it('forgets an approved and a waiting key', async () => {
    expect(await decide('auth_remote_delete_approved', await idOf('first'))).toEqual(silent);
    await first.told(LOST);
    await first.stop();
    await second.stop();
    expect(await decide('auth_remote_delete_pending', await idOf('second'))).toEqual(silent);
    expect((await requests()).filter(({ identity }) => identity === 'second')).toEqual([]);
    expect((await vctl(['auth', 'list'], platform)).stdout).not.toContain(second.credential);
  });

  it.each(['auth_remote_approve_unknown', 'auth_remote_delete_unknown'])('names an unknown id (%s)', async (name) => {
    const { args } = transcript(name);
    const { code, stdout, stderr } = await vctl(args, platform);
    expect({ code, stdout }).toEqual({ code: 20, stdout: '' });
    expect(stderr).toMatch(/^auth: error: There is no request nosuch\..*\n$/);
  });
});

describe('vctl auth add and remove', () => {
  it('let a key in whose agent waits, and end its session', async () => {
    const agent = await Stranger.knock(platform.home, SERVER_KEY, 'Agent-A');
    await agent.told(WAITING);
    const added = await vctl(['auth', 'add', '--user_id', 'Agent-A', '--credentials', agent.credential], platform);
    expect(added.code).toBe(0);
    await agent.told(WELCOME);
    const { stdout } = await vctl(['auth', 'list', '--json'], platform);
    const entry = (JSON.parse(stdout) as { index: number; user_id: string }[]).find((one) => one.user_id === 'Agent-A');
    await vctl(['auth', 'remove', String(entry?.index)], { home: platform.home, input: 'y\n' });
    await agent.told(LOST);
    await agent.stop();
  });
});
