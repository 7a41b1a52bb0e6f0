import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialogue, entriesIn, transcript, withManageAgents } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

let platform: Platform;
const run = (...args: string[]): ReturnType<typeof vctl> => vctl(args, platform);

/** Replays a transcript; its exit code, output and errors must be ours. */
async function replay(name: string, change: (text: string) => string = (text) => text): Promise<void> {
  const { args, code, stdout, stderr } = transcript(name, platform.home);
  expect(await vctl(args, platform), name).toEqual({ code, stdout: change(stdout), stderr: change(stderr) });
}

beforeAll(async () => {
  platform = await Platform.start(await goldenHome());
});
afterAll(() => platform.stop());

// Each test goes on from the state that the one before left, as the transcripts do.
describe('vctl auth, on entries', () => {
  it('adds entries by options, and says so in the words of the original', async () => {
    const { args, stdout } = transcript('auth_add');
    // The capture did not quote: the object is two words of it.
    const fixed = [...args.slice(0, 9), args.slice(9, 11).join(' '), ...args.slice(11)];
    const ours = await run(...fixed);
    // On purpose: --identity is heeded.
    expect(ours).toEqual({ code: 0, stdout: stdout.replace("'identity': 'u1'", "'identity': 'id1'"), stderr: '' });
    await replay('auth_add_null');
    const listed = entriesIn((await run('auth', 'list')).stdout);
    const golden = entriesIn(withManageAgents(transcript('auth_list_after_add').stdout));
    expect(listed).toEqual(golden.with(19, { ...golden[19], identity: 'id1' }));
  });

  it('refuses a user_id in use and a short key', async () => {
    await replay('auth_add_same');
    // On purpose: the value stands where the original forgot to put it.
    await replay('auth_add_short_cred', (text) => text.replace('{}', 'short'));
  });

  it('lets methods of agents demand capabilities, and no longer', async () => {
    await run('auth', 'add', '--user_id', 'listener1', '--credentials', 'crrEdIjde_TbD3dDPZmmPnVvJ-vclcSRGjditdFvW1c');
    await replay('auth_rpc_add');
    await replay('auth_rpc_remove');
    const { stdout } = await run('auth', 'rpc', 'list', '--json');
    expect(JSON.parse(stdout)).toEqual({ listener1: { nomethod: ['cap1'] }, 'golden.two': { echo: [''] } });
    const table = await run('auth', 'rpc', 'list', 'listener1', '-v');
    expect(table.stdout).toBe(
      "METHOD              CAPABILITIES\n------              ------------\nlistener1.nomethod  ['cap1']\n",
    );
    expect(await run('auth', 'rpc', 'add', 'nobody.method', 'c')).toMatchObject({
      code: 20,
      stderr: expect.stringContaining('auth: error: The methods of "nobody" cannot be authorized') as string,
    });
  });

  it('removes entries after a question, and none when the input ends or the answer is no', async () => {
    const { args, stdout } = transcript('auth_remove');
    const ended = await vctl(args, platform);
    expect(ended).toMatchObject({ code: 1, stdout: `${stdout}\n` });
    expect(ended.stderr).toMatch(/^vctl: The input ended at the question "Do you wish to delete\? \[Y\/n\]".*\n$/);
    const refused = await vctl(args, { home: platform.home, input: 'what\nn\n' });
    expect(refused).toMatchObject({ code: 0, stderr: "Please respond with 'yes' or 'no'\n" });
    await replay('auth_remove_bad');
    expect((await run('auth', 'list')).stdout).toContain('golden.extra');
    const removed = await vctl([...args, '13', '--json'], { home: platform.home, input: 'y\n' });
    expect(JSON.parse(removed.stdout)).toEqual({ removed: [12, 13] });
    expect((await run('auth', 'list')).stdout).not.toMatch(/golden\.extra|raw\.one/);
  });

  it('changes nothing when the input ends in the middle of an update', async () => {
    const { args, stdout } = transcript('auth_update');
    const before = await run('auth', 'list');
    expect(await vctl(args, platform)).toMatchObject({ code: 1, stdout: `${stdout}\n` });
    expect(await vctl(args, { home: platform.home, input: 'vip\n'.repeat(10) })).toMatchObject({ code: 1 });
    expect(await run('auth', 'list')).toEqual(before);
    expect(await run('auth', 'update', '99')).toEqual({ code: 0, stdout: '', stderr: 'ERROR: invalid index 99\n' });
  });
});

describe('vctl auth, asking', () => {
  let home: string;
  let asked: Platform;
  beforeAll(async () => {
    const fillers = Array.from({ length: 10 }, (_, n) => ({
      user_id: `filler.${n}`,
      credentials: 'F'.repeat(42) + String(n),
    }));
    const fifty = {
      user_id: 'fifty.5',
      identity: 'fifty.5',
      credentials: 'NOK5Z5IdbrffCXr2k4MjGTH7Q1Ar2icSz-JzTqqg0nY',
    };
    const [six] = entriesIn(dialogue('auth_remove_confirmed'));
    home = await goldenHome([
      ...entriesIn(transcript('auth_list').stdout),
      ...fillers,
      { ...fifty, comments: 'bench' },
      six!,
    ]);
    asked = await Platform.start(home);
  });
  afterAll(() => asked.stop());

  it('adds an entry with the questions of the original', async () => {
    const key = 'BBBBNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1';
    const answers = ['vip', '127.0.0.1', 'nu', 'nid', 'capx', 'r1', 'g1', '', key, 'comment', 'maybe', ''];
    const { code, stdout } = await vctl(['auth', 'add'], { home, input: `${answers.join('\n')}\n`, merged: true });
    expect({ code, stdout }).toEqual({ code: 0, stdout: dialogue('auth_add_interactive') });
  });

  it('updates an entry with the questions of the original, keeping what is answered empty', async () => {
    const before = await vctl(['auth', 'list'], { home });
    const { code, stdout } = await vctl(['auth', 'update', '29'], { home, input: '\n'.repeat(11), merged: true });
    expect({ code, stdout }).toEqual({ code: 0, stdout: dialogue('auth_update_interactive') });
    expect(await vctl(['auth', 'list'], { home })).toEqual(before);
  });

  it('clears a field, and asks again for what cannot be', async () => {
    const answers = ['', 'clear', 'y', '', '', '{"c": {"x": 1}}', '', '', 'CURL', 'CURVE', 'short', '', 'new', ''];
    const { code, stderr } = await vctl(['auth', 'update', '31'], { home, input: `${answers.join('\n')}\n` });
    const wrong = 'mechanism must be either "NULL", "PLAIN" or "CURVE"\nInvalid CURVE public key short\n';
    expect({ code, stderr }).toEqual({ code: 0, stderr: wrong });
    const { stdout } = await vctl(['auth', 'list', '--json'], { home });
    expect((JSON.parse(stdout) as unknown[])[31]).toMatchObject({
      index: 31,
      domain: 'vip',
      address: null,
      capabilities: { c: { x: 1 } },
      roles: ['r1'],
      comments: 'new',
      enabled: true,
    });
  });

  it('removes an entry with the question of the original', async () => {
    const { code, stdout } = await vctl(['auth', 'remove', '30'], { home, input: '\n', merged: true });
    expect({ code, stdout }).toEqual({ code: 0, stdout: dialogue('auth_remove_confirmed') });
    expect((await vctl(['auth', 'list'], { home })).stdout).not.toContain('fifty.6');
  });
});
