import { randomUUID } from 'node:crypto';
import { decodeKey, decodeText, encodeKey, encodeText, parseAddress } from '@volttron-ts/vip-core';
import type {
  AuthenticationDecision,
  AuthenticationRequest,
  BusState,
  PeerLink,
  VipError,
  VipMessage,
} from '@volttron-ts/vip-core';
import { generateKeyPair } from '@volttron-ts/zmtp';
import { afterEach, describe, expect, it } from 'vitest';
import { ZmqConnection, ZmqListener } from '../src/index.ts';
import { clock, silent } from './real-clock.ts';

function makePair(): { publickey: string; secretkey: string } {
  const { publicKey, secretKey } = generateKeyPair();
  return { publickey: encodeKey(publicKey), secretkey: encodeKey(secretKey) };
}

/** The platform's side, which notes what it hears and decides as the test says. */
class Platform {
  readonly keys = makePair();
  readonly requests: AuthenticationRequest[] = [];
  readonly heard: { readonly link: PeerLink; readonly frames: Uint8Array[] }[] = [];
  readonly links: PeerLink[] = [];
  decide: (request: AuthenticationRequest) => AuthenticationDecision = () => ({ status: 200, user: 'the owner' });
  #listener = this.#make(['tcp://127.0.0.1:0']);
  #changed: (() => void)[] = [];

  #make(addresses: readonly string[]): ZmqListener {
    return new ZmqListener({
      addresses: addresses.map(parseAddress),
      keys: this.keys,
      authenticator: {
        authenticate: (request) => {
          this.requests.push(request);
          return this.decide(request);
        },
      },
      clock,
      log: silent,
    });
  }

  get address(): string {
    return this.#listener.addresses[0]!;
  }

  async open(...addresses: readonly string[]): Promise<void> {
    if (addresses.length > 0) this.#listener = this.#make(addresses);
    await this.#listener.open({
      peer: (link) => {
        this.links.push(link);
      },
      message: (link, frames) => {
        this.heard.push({ link, frames });
        for (const wake of this.#changed.splice(0)) wake();
      },
      gone: (link) => {
        this.links.splice(this.links.indexOf(link), 1);
      },
    });
  }

  async message(): Promise<{ readonly link: PeerLink; readonly frames: Uint8Array[] }> {
    while (this.heard.length === 0) await new Promise<void>((resolve) => this.#changed.push(resolve));
    return this.heard.shift()!;
  }

  drop(credential: string): number {
    return this.#listener.drop(credential);
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }
}

/** An agent's side, which notes its states. */
class Agent {
  readonly keys = makePair();
  readonly messages: VipMessage[] = [];
  readonly states: { readonly state: BusState; readonly reason: VipError | undefined }[] = [];
  readonly bus: ZmqConnection;
  #changed: (() => void)[] = [];

  constructor(address: string, serverkey: string, identity = 'agent') {
    this.bus = new ZmqConnection({
      identity,
      address: parseAddress(address),
      keys: { ...this.keys, serverkey },
      clock,
    });
    this.bus.open({
      message: (message) => {
        this.messages.push(message);
        this.#wake();
      },
      state: (state, reason) => {
        this.states.push({ state, reason });
        this.#wake();
      },
    });
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }

  /** Settles with the first of the states from now on that fits. */
  async state(fits: (state: BusState, reason: VipError | undefined) => boolean): Promise<VipError | undefined> {
    for (;;) {
      const index = this.states.findIndex(({ state, reason }) => fits(state, reason));
      if (index >= 0) return this.states.splice(0, index + 1).at(-1)?.reason;
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  async message(): Promise<VipMessage> {
    while (this.messages.length === 0) await new Promise<void>((resolve) => this.#changed.push(resolve));
    return this.messages.shift()!;
  }
}

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function openPlatform(...addresses: readonly string[]): Promise<Platform> {
  const platform = new Platform();
  await platform.open(...addresses);
  endings.push(async () => platform.close());
  return platform;
}

function dial(platform: Platform, serverkey = platform.keys.publickey): Agent {
  const agent = new Agent(platform.address, serverkey);
  endings.push(async () => agent.bus.close());
  return agent;
}

const hello = { peer: '', id: 'h1', subsystem: 'hello', args: [encodeText('hello')] };
const connected = (state: BusState): boolean => state === 'connected';
const transports = [
  ['tcp', 'tcp://127.0.0.1:0'],
  ['abstract ipc', `ipc://@volttron-test-${randomUUID()}`],
] as const;

describe.each(transports)('ZmqConnection and ZmqListener over %s', (_, endpoint) => {
  it('takes user and identity of a message from the connection, and the bytes as they are', async () => {
    const platform = await openPlatform(endpoint);
    const agent = dial(platform);
    await agent.state(connected);
    expect(agent.bus.send(hello)).toBe('sent');
    const { link, frames } = await platform.message();
    expect(link).toMatchObject({
      identity: 'agent',
      user: 'the owner',
      credential: agent.keys.publickey,
      trusted: false,
    });
    expect(frames.map(decodeText)).toEqual(['', 'VIP1', '', 'h1', 'hello', 'hello']);
    link.send(['', 'VIP1', 'the owner', 'h1', 'hello', 'welcome'].map(encodeText));
    expect(await agent.message()).toMatchObject({ user: 'the owner', id: 'h1', subsystem: 'hello' });
  });

  it('says that a key waits for approval, and connects within 2 s of it', async () => {
    const platform = await openPlatform(endpoint);
    platform.decide = () => ({ status: 300, text: 'pending' });
    const agent = dial(platform);
    const reason = await agent.state((state) => state === 'refused');
    expect(reason).toMatchObject({ code: 'pending', value: agent.keys.publickey });
    platform.decide = () => ({ status: 200, user: 'the owner' });
    const since = performance.now();
    await agent.state(connected);
    expect(performance.now() - since).toBeLessThan(2500);
  });

  it('says that another connection has its identity, and connects when that one has ended', async () => {
    const platform = await openPlatform(endpoint);
    const holder = dial(platform);
    await holder.state(connected);
    const newcomer = dial(platform);
    const reason = await newcomer.state((state) => state === 'refused');
    expect(reason).toMatchObject({ code: 'identity-in-use', value: 'agent' });
    await holder.bus.close();
    await newcomer.state(connected);
  });

  it('says that a key is denied', async () => {
    const platform = await openPlatform(endpoint);
    platform.decide = () => ({ status: 400, text: 'denied' });
    const agent = dial(platform);
    const reason = await agent.state((state) => state === 'refused');
    expect(reason).toMatchObject({ name: 'DeniedError', code: 'denied', value: agent.keys.publickey });
    expect(agent.bus.send(hello)).toBe('closed');
  });

  it('names the server key when the handshake fails again and again', async () => {
    const platform = await openPlatform(endpoint);
    const wrong = makePair().publickey;
    const agent = dial(platform, wrong);
    const reason = await agent.state((_state, why) => why?.code === 'wrong-serverkey');
    expect(reason).toMatchObject({ name: 'HandshakeFailedError', item: 'serverkey', value: wrong });
    expect(platform.requests).toEqual([]);
  });

  it('ends the live sessions of a dropped key, and only those', async () => {
    const platform = await openPlatform(endpoint);
    const [agent, other] = [dial(platform), new Agent(platform.address, platform.keys.publickey, 'other')];
    endings.push(async () => other.bus.close());
    await Promise.all([agent.state(connected), other.state(connected)]);
    platform.decide = () => ({ status: 400, text: 'denied' });
    expect(platform.drop('/.*/')).toBe(0);
    expect(platform.drop(agent.keys.publickey)).toBe(1);
    await agent.state((state) => state === 'lost');
    expect((await agent.state((state) => state === 'refused'))?.code).toBe('denied');
    expect(other.bus.state).toBe('connected');
  });

  it('is lost with the platform, and comes back with it', async () => {
    const platform = await openPlatform(endpoint);
    const { address } = platform;
    const agent = dial(platform);
    await agent.state(connected);
    await platform.close();
    expect((await agent.state((state) => state === 'lost'))?.code).toBe('unreachable');
    expect(agent.bus.send(hello)).toBe('closed');
    await platform.open(address);
    await agent.state(connected);
    agent.bus.send(hello);
    expect((await platform.message()).link.identity).toBe('agent');
  });

  it('ignores frames that are no VIP message', async () => {
    const platform = await openPlatform(endpoint);
    const agent = dial(platform);
    await agent.state(connected);
    agent.bus.send(hello);
    const { link } = await platform.message();
    for (const frames of [['x'], ['', 'VIP2', '', '', 'hello'], ['', 'VIP1']]) link.send(frames.map(encodeText));
    link.send(['', 'VIP1', '', 'good', 'ping', 'pong'].map(encodeText));
    expect((await agent.message()).id).toBe('good');
    expect(agent.bus.state).toBe('connected');
  });
});

describe('ZmqListener', () => {
  it('binds an address of its own with NULL, and says so to the authenticator', async () => {
    const platform = await openPlatform('tcp://127.0.0.1:0?server=NULL&domain=test');
    const bus = new ZmqConnection({ identity: 'a', address: parseAddress(platform.address), keys: undefined, clock });
    endings.push(async () => bus.close());
    await new Promise<void>((resolve) => {
      bus.open({
        message: () => undefined,
        state: (state) => {
          if (state === 'connected') resolve();
        },
      });
    });
    expect(platform.requests).toMatchObject([{ mechanism: 'NULL', identity: 'a', domain: 'test' }]);
  });

  it('leaves nothing bound when one of its addresses is in use', async () => {
    const first = await openPlatform('tcp://127.0.0.1:0');
    const name = `ipc://@volttron-test-${randomUUID()}`;
    await expect(openPlatform(name, first.address)).rejects.toMatchObject({ code: 'bind', value: first.address });
    const again = await openPlatform(name);
    expect(again.address).toBe(name);
  });

  it('keeps a closed connection closed', async () => {
    const platform = await openPlatform();
    const agent = dial(platform);
    await agent.state(connected);
    await agent.bus.close();
    await agent.bus.close();
    expect(agent.bus.state).toBe('closed');
    expect(agent.bus.send(hello)).toBe('closed');
    expect(decodeKey(agent.keys.publickey)).toHaveLength(32);
  });
});
