import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeniedError, VipError } from '@volttron-ts/vip-core';
import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  RemoteConnection,
  RemotePlatformOptions,
  RemotePlatformState,
} from '@volttron-ts/vip-core';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createRemotePlatforms, systemClock } from '../src/index.ts';
import type { Dial } from '../src/index.ts';
import { FixedServer, makeCertificates } from './support/https-server.ts';
import type { Certificates } from './support/https-server.ts';

const KEY = 'FSG7LHhy3v8tdNz3gK35G6-oxUcyln54pYRKu5fBJzU';
const OTHER = 'IFlPFj0PC4WSMTQ-aSNDIRCHPa9YTKOm5pySgkbMJWw';
const VIP = 'tcp://127.0.0.1:22916';

/** A bus whose states the test makes. */
class ScriptedBus implements BusConnection {
  readonly identity: string;
  state: BusState = 'connecting';
  #events: BusConnectionEvents | undefined;

  constructor(identity: string) {
    this.identity = identity;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
  }

  become(state: BusState, reason?: VipError): void {
    this.state = state;
    this.#events?.state(state, reason);
  }

  send(): 'sent' {
    return 'sent';
  }

  async drained(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.state = 'closed';
  }
}

interface Rig {
  readonly connection: RemoteConnection;
  readonly dialled: Parameters<Dial>[0][];
  readonly buses: ScriptedBus[];
  /** Settles with the next state of that phase. */
  phase(phase: RemotePlatformState['phase']): Promise<RemotePlatformState>;
}

const open: RemoteConnection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

function connect(address: string, options: RemotePlatformOptions = {}, known?: string): Rig {
  const dialled: Parameters<Dial>[0][] = [];
  const buses: ScriptedBus[] = [];
  const platforms = createRemotePlatforms({
    identity: 'client.forwarder',
    dial: (target) => {
      dialled.push(target);
      buses.push(new ScriptedBus(target.identity));
      return buses.at(-1)!;
    },
    knownServerKey: async () => Promise.resolve(known),
    clock: systemClock,
    random: () => 0,
  });
  const connection = platforms.connect(address, options);
  open.push(connection);
  connection.open({ message: () => undefined, state: () => undefined });
  const phase: Rig['phase'] = (wanted) =>
    new Promise((resolve) => {
      const stop = connection.onRemoteState((state) => {
        if (state.phase !== wanted) return;
        resolve(state);
        queueMicrotask(() => {
          stop();
        });
      });
    });
  return { connection, dialled, buses, phase };
}

const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await new Promise((resolve) => setImmediate(resolve));
};

describe('a connection to another platform', () => {
  it('goes through the states of its bus', async () => {
    const rig = connect(VIP, { serverkey: KEY });
    await until(() => rig.buses.length === 1);
    expect(rig.dialled).toMatchObject([{ serverkey: KEY, identity: 'client.forwarder' }]);
    const [bus] = rig.buses;
    bus!.become('refused', new VipError('pending', 'Not yet.'));
    expect(rig.connection.remoteState.phase).toBe('pending');
    bus!.become('refused', new DeniedError(VIP, KEY));
    expect(rig.connection.remoteState).toMatchObject({ phase: 'denied', reason: { code: 'denied' } });
    bus!.become('connected');
    expect(rig.connection.remoteState).toEqual({ phase: 'connected', address: VIP });
    bus!.become('lost');
    expect(rig.connection.remoteState.phase).toBe('lost');
    await rig.connection.close();
    expect(rig.connection.remoteState.phase).toBe('closed');
    expect(bus!.state).toBe('closed');
  });

  it('prefers the known key, and dials nobody when another one is given', async () => {
    const known = connect(VIP, {}, KEY);
    await until(() => known.buses.length === 1);
    expect(known.dialled[0]?.serverkey).toBe(KEY);
    const contradicted = connect(VIP, { serverkey: OTHER }, KEY);
    const { reason } = await contradicted.phase('failed');
    expect(reason).toMatchObject({ code: 'serverkey-mismatch', value: OTHER });
    expect(contradicted.dialled).toEqual([]);
  });

  it('says that no key is known', async () => {
    const { reason } = await connect(VIP).phase('failed');
    expect(reason).toMatchObject({ code: 'unknown-serverkey', value: VIP });
  });

  it.each(['http://campus', 'amqp://campus', 'https://campus/path', 'tcp://campus', 'nonsense'])(
    'refuses the address %s at once',
    (address) => {
      expect(() => connect(address)).toThrow(VipError);
    },
  );
});

describe('a connection by a web address', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });
  const document = { serverkey: KEY, 'instance-name': 'campus', 'vip-address': VIP };

  it('finds address and key, and tells what it found', async () => {
    await using server = await FixedServer.start(certificates, document);
    const rig = connect(`https://localhost:${server.port}`, { rootCertificate: certificates.root });
    expect(rig.connection.remoteState.phase).toBe('discovering');
    await until(() => rig.buses.length === 1);
    expect(rig.dialled).toMatchObject([{ serverkey: KEY, address: { scheme: 'tcp', endpoint: '127.0.0.1:22916' } }]);
    rig.buses[0]!.become('connected');
    expect(rig.connection.remoteState).toMatchObject({ phase: 'connected', platform: document });
  });

  it('is taken in the clear where the key is given, and nothing else is believed', async () => {
    let body: object = document;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    }).listen(0, 'localhost');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = `http://localhost:${(server.address() as AddressInfo).port}`;
    expect(() => connect(address)).toThrow(/is not secured/);
    const found = connect(address, { serverkey: KEY });
    await until(() => found.buses.length === 1);
    expect(found.dialled).toMatchObject([{ serverkey: KEY }]);
    body = { ...document, serverkey: OTHER };
    const { reason } = await connect(address, { serverkey: KEY }).phase('failed');
    expect(reason).toMatchObject({ code: 'serverkey-mismatch', value: OTHER });
  });

  it('takes no discovered key that contradicts the known one', async () => {
    await using server = await FixedServer.start(certificates, document);
    const rig = connect(`https://localhost:${server.port}`, { rootCertificate: certificates.root }, OTHER);
    expect((await rig.phase('failed')).reason).toMatchObject({ code: 'serverkey-mismatch', value: KEY });
    expect(rig.dialled).toEqual([]);
  });

  it('says that a platform has no VIP address for others', async () => {
    await using server = await FixedServer.start(certificates, { 'instance-name': 'campus' });
    const rig = connect(`https://localhost:${server.port}`, { rootCertificate: certificates.root });
    const { reason } = await rig.phase('failed');
    expect(reason?.message).toContain('publishes no VIP address');
    expect(reason?.remedy).toContain('vip-address');
  });

  it('goes on asking until the platform is there', async () => {
    const first = await FixedServer.start(certificates, document);
    const { port } = first;
    await first[Symbol.asyncDispose]();
    const rig = connect(`https://localhost:${port}`, { rootCertificate: certificates.root });
    expect((await rig.phase('failed')).reason?.code).toBe('discovery');
    await using server = await FixedServer.start(certificates, document, port);
    await until(() => rig.buses.length === 1);
    expect(server.paths.length).toBeGreaterThan(0);
  });
});
