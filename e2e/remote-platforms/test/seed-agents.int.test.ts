import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnknownMethodError } from '@volttron-ts/agent';
import type { Reading } from '@volttron-ts/agent';
import { checker, t, UnreachableError } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site, SiteAgent } from './support/site.ts';
import type { Bus } from './support/site.ts';

const folderOf = (agent: string): string => fileURLToPath(new URL(`../../../agents/${agent}`, import.meta.url));

const asStatus = checker(t.Object({ state: t.String(), reason: t.Union([t.String(), t.Null()]) }));
const asPlatforms = checker(
  t.Array(
    t.Object({
      name: t.String(),
      identity: t.String(),
      agents: t.Array(t.Object({ identity: t.String(), is_running: t.Boolean() })),
    }),
  ),
);

/** Asks until it is so, also while nobody is there to answer, or has not begun to; the test's timeout ends it. */
async function until<T>(ask: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    try {
      const value = await ask();
      if (isSo(value)) return value;
    } catch (error) {
      if (!(error instanceof UnreachableError) && !(error instanceof UnknownMethodError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The first reading of a topic at the other end: published again until one comes, as devices do. */
async function arrives(from: SiteAgent, at: SiteAgent, topic: string): Promise<Reading> {
  const subscription = at.agent.vip.pubsub.subscribe(topic);
  await subscription.ready;
  const publish = (): void => {
    void from.agent.vip.pubsub.publishDevice(topic, { temperature: 21.5 }, {});
  };
  publish();
  const driver = setInterval(publish, 1000);
  try {
    for await (const reading of subscription) return reading;
  } finally {
    clearInterval(driver);
  }
  throw new Error('the subscription has ended');
}

describe.each(['zmq', 'rmq'] as const)('the agents of seed 000, to a platform on %s', (bus: Bus) => {
  let folder: string;
  let central: Site;
  let node: Site;
  let asker: SiteAgent;
  let watcher: SiteAgent;

  const status = async (agent: string, method: string): Promise<{ state: string; reason: string | null }> =>
    asStatus(await asker.agent.vip.rpc.call(agent, method), `${method} of ${agent}`);
  const platforms = async (): Promise<ReturnType<typeof asPlatforms>> =>
    asPlatforms(await watcher.agent.vip.rpc.call('volttron.central', 'list_platforms'), 'the platforms');
  const install = async (site: Site, agent: string, identity: string, config: object): Promise<void> => {
    const file = join(folder, `${identity}.json`);
    await writeFile(file, JSON.stringify(config));
    const options = ['--vip-identity', identity, '--agent-config', file, '--enable', '--start'];
    await site.run('vctl', 'install', folderOf(agent), ...options);
  };
  /** What the central calls an agent of the node. */
  const there = (identity: string): string => `${bus === 'rmq' ? `${central.instance.name}.` : ''}node.${identity}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seed-agents-'));
    central = new Site(folder, 'central', bus);
    node = new Site(folder, 'node', 'zmq');
    for (const site of [central, node]) {
      await site.prepare();
      await site.start();
    }
    await node.allowKey(await node.keyOf('asker'), 'asker');
    await central.allowKey(await central.keyOf('watcher'), 'watcher');
    asker = await SiteAgent.start(node, 'asker');
    watcher = await SiteAgent.start(central, 'watcher');
    await install(central, 'volttron-central', 'volttron.central', {});
    const root = join(central.instance.home, 'certificates/certs/central-root-ca.crt');
    const to = (prefix: string): object => ({
      [`${prefix}-address`]: central.webAddress,
      [`${prefix}-root-certificate`]: root,
    });
    await install(node, 'forwarder', 'forwarder', to('destination'));
    await install(node, 'data-puller', 'puller', to('source'));
    await install(node, 'central-platform', 'platform.agent', to('volttron-central'));
  }, 180_000);

  afterAll(async () => {
    await asker.stop();
    await watcher.stop();
    await Promise.all([central.stop(), node.stop()]);
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it(
    'each waits for approval, says so, and works once it has it, without a restart',
    { timeout: 120_000 },
    async () => {
      const pending = ({ state }: { state: string }): boolean => state === 'pending';
      const forwarder = await until(() => status('forwarder', 'forwarding.status'), pending);
      expect(forwarder.reason).toMatch(/approve/);
      await until(() => status('puller', 'pulling.status'), pending);
      await until(
        () => node.run('vctl', 'status'),
        (text) => /platform\.agent .*BAD/.test(text),
      );
      for (const identity of ['forwarder', 'puller', 'platform.agent']) await central.approve(there(identity));
      const connected = ({ state }: { state: string }): boolean => state === 'connected';
      await until(() => status('forwarder', 'forwarding.status'), connected);
      await until(() => status('puller', 'pulling.status'), connected);

      const forwarded = await arrives(asker, watcher, 'devices/node/ahu/all');
      expect(forwarded).toMatchObject({ values: { temperature: 21.5 }, headers: { 'X-Forwarded-From': ['node'] } });
      const pulled = await arrives(watcher, asker, 'devices/central/ahu/all');
      expect(pulled).toMatchObject({ values: { temperature: 21.5 }, headers: { 'X-Forwarded-From': ['central'] } });
      const [platform] = await until(platforms, (known) => known.length === 1);
      expect(platform).toMatchObject({ name: 'node', identity: 'node.platform.agent' });
      expect(platform?.agents.map(({ identity }) => identity).sort()).toEqual([
        'forwarder',
        'platform.agent',
        'puller',
      ]);
    },
  );

  it('the central hears of agents that end and start', { timeout: 60_000 }, async () => {
    const running = async (): Promise<boolean | undefined> =>
      (await platforms())[0]?.agents.find(({ identity }) => identity === 'puller')?.is_running;
    await node.run('vctl', 'stop', '--name', 'data-puller*');
    await until(running, (value) => value === false);
    await node.run('vctl', 'start', '--name', 'data-puller*');
    await until(running, (value) => value === true);
  });

  it('all come back when either side was away', { timeout: 180_000 }, async () => {
    await central.stop();
    await until(
      () => status('forwarder', 'forwarding.status'),
      ({ state }) => state !== 'connected',
    );
    await asker.agent.vip.pubsub.publishDevice('devices/node/ahu/all', { temperature: 3 }, {});
    await central.start();
    await until(
      () => status('forwarder', 'forwarding.status'),
      ({ state }) => state === 'connected',
    );
    await until(
      () => status('puller', 'pulling.status'),
      ({ state }) => state === 'connected',
    );
    await until(platforms, (known) => known.length === 1);
    await node.stop();
    await until(platforms, (known) => known.length === 0);
    await node.start();
    await until(platforms, (known) => known.length === 1);
    await arrives(asker, watcher, 'devices/node/later/all');
    await arrives(watcher, asker, 'devices/central/later/all');
  });
});
