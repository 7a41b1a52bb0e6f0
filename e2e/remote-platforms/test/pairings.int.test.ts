import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Site, SiteAgent } from './support/site.ts';
import type { Bus, Connected } from './support/site.ts';

/** How the agent names the other platform: by its web service, or by its bus. */
type Address = 'web' | 'bus';
type Order = 'remote first' | 'client first';
type Approval = 'before' | 'after';

interface Combination {
  readonly address: Address;
  readonly order: Order;
  readonly approval: Approval;
}

const buses: readonly Bus[] = ['zmq', 'rmq'];
const combinations: readonly Combination[] = (['remote first', 'client first'] as const).flatMap((order) =>
  (['web', 'bus'] as const).flatMap((address) =>
    (['before', 'after'] as const).map((approval) => ({ order, address, approval })),
  ),
);

const nameOf = ({ order, address, approval }: Combination): string => `${order.split(' ')[0]}-${address}-${approval}`;

let folder: string;
const remotes = new Map<Bus, Site>();
const locals = new Map<Bus, Site>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pairings-'));
  for (const bus of buses) {
    remotes.set(bus, new Site(folder, `central-${bus}`, bus));
    locals.set(bus, new Site(folder, `node-${bus}`, bus));
  }
  for (const site of [...remotes.values(), ...locals.values()]) {
    await site.prepare();
    await site.start();
  }
}, 300_000);

afterAll(async () => {
  await Promise.all([...remotes.values(), ...locals.values()].map((site) => site.stop()));
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** One agent of the local platform and its way to the remote one. */
class Case {
  readonly local: Site;
  readonly remote: Site;
  readonly combination: Combination;
  readonly identity: string;
  agent: SiteAgent | undefined;
  connected: Connected | undefined;

  constructor(local: Site, remote: Site, combination: Combination) {
    this.local = local;
    this.remote = remote;
    this.combination = combination;
    this.identity = nameOf(combination);
  }

  /** What the remote platform calls the agent: on RabbitMQ with its own name in front. */
  get name(): string {
    const name = `${this.local.instance.name}.${this.identity}`;
    return this.remote.bus === 'zmq' ? name : `${this.remote.instance.name}.${name}`;
  }

  /** The operator's word before the agent connects for the first time. */
  async prepare(): Promise<void> {
    const { approval, address } = this.combination;
    if (approval === 'after') return;
    if (this.remote.bus === 'zmq') {
      await this.remote.allowKey(await this.local.keyOf(this.identity), this.name);
      return;
    }
    await this.local.request(this.remote, this.identity);
    await this.remote.approve(this.name);
    // By the broker's address alone an agent gets in with a certificate that it holds.
    if (address === 'bus') await this.local.request(this.remote, this.identity);
  }

  async start(): Promise<void> {
    const { remote, local, combination } = this;
    this.agent = await SiteAgent.start(local, this.identity);
    const isWeb = combination.address === 'web';
    this.connected = this.agent.connect(isWeb ? remote.webAddress : remote.busAddress, {
      ...(remote.bus === 'zmq' ? { serverkey: remote.serverKey } : {}),
      ...(isWeb ? { rootCertificate: await remote.root() } : {}),
    });
  }

  /** The operator's word once the agent waits for it. */
  async approve(): Promise<void> {
    const { connected, combination, remote, local } = this;
    if (combination.approval === 'before' || connected === undefined) return;
    if (remote.bus === 'rmq' && combination.address === 'bus') {
      const { reason } = await connected.reason('no-certificate');
      expect(reason?.line).toContain("Give the address of that platform's web service");
      await local.request(remote, this.identity);
      await remote.approve(this.name);
      await local.request(remote, this.identity);
      return;
    }
    const { reason } = await connected.phase('pending');
    expect(reason?.line).toMatch(/approve/);
    await remote.approve(this.name);
  }

  /** A property, a call, and a publication that comes back. */
  async works(): Promise<void> {
    const remote = this.connected?.remote;
    if (remote === undefined) throw new Error('it was not started');
    await this.connected?.phase('connected');
    expect(await remote.query('instance-name')).toBe(this.remote.instance.name);
    expect(await remote.peerlist.list()).toContain(`${this.local.instance.name}.${this.identity}`);
    const topic = `devices/${this.identity}/all`;
    const subscription = remote.pubsub.subscribe(topic);
    await subscription.ready;
    await remote.pubsub.publishDevice(topic, { temperature: 21.5 }, {});
    for await (const { values } of subscription) {
      expect(values).toEqual({ temperature: 21.5 });
      break;
    }
  }

  async stop(): Promise<void> {
    await this.connected?.remote.close();
    await this.agent?.stop();
  }
}

describe.each(buses.flatMap((local) => buses.map((remote) => [local, remote] as const)))(
  'an agent on %s that names a platform on %s',
  (localBus, remoteBus) => {
    const cases = new Map<Combination, Case>();
    const caseOf = (combination: Combination): Case => {
      const found = cases.get(combination);
      if (found === undefined) throw new Error('it was not prepared');
      return found;
    };

    beforeAll(async () => {
      const [local, remote] = [locals.get(localBus), remotes.get(remoteBus)];
      if (local === undefined || remote === undefined) throw new Error('the platforms do not run');
      for (const combination of combinations) cases.set(combination, new Case(local, remote, combination));
      for (const one of cases.values()) await one.prepare();
    }, 120_000);

    afterAll(async () => {
      for (const one of cases.values()) await one.stop();
    }, 60_000);

    it.each(combinations.filter(({ order }) => order === 'remote first'))(
      '$order, by its $address address, approved $approval',
      async (combination) => {
        const one = caseOf(combination);
        await one.start();
        await one.approve();
        await one.works();
      },
    );

    it('says why while the platform is away, and comes by itself when it returns', async () => {
      const late = [...cases.values()].filter(({ combination }) => combination.order === 'client first');
      const early = [...cases.values()].filter(({ combination }) => combination.order === 'remote first');
      const remote = remotes.get(remoteBus);
      await remote?.stop();
      for (const one of early) await one.connected?.phase('lost');
      for (const one of late) await one.start();
      for (const one of late) expect((await one.connected?.phase('failed'))?.reason?.line).toBeTypeOf('string');
      const counts = early.map(({ connected }) => connected?.states.length ?? 0);
      await remote?.start();
      for (const [index, one] of early.entries()) {
        await one.connected?.phase('connected', counts[index]);
        await one.works();
      }
    });

    it('is cut off when it is denied, says so, and is back when it is approved again', async () => {
      const one = [...cases.values()].find(
        ({ combination: { order, approval } }) => order === 'remote first' && approval === 'after',
      );
      const connected = one?.connected;
      if (one === undefined || connected === undefined) throw new Error('it was not started');
      const before = connected.states.length;
      await one.remote.deny(one.name);
      expect((await connected.phase('denied', before)).reason?.line).toMatch(/denie/);
      const denied = connected.states.length;
      await one.remote.approve(one.name);
      await connected.phase('connected', denied);
      await one.works();
    });

    it.each(combinations.filter(({ order }) => order === 'client first'))(
      '$order, by its $address address, approved $approval',
      async (combination) => {
        const one = caseOf(combination);
        await one.approve();
        await one.works();
      },
    );
  },
);
