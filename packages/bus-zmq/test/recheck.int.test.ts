import { encodeKey, parseAddress } from '@volttron-ts/vip-core';
import type { AuthenticationDecision, AuthenticationRequest, Logger, PeerLink } from '@volttron-ts/vip-core';
import { DealerSocket, generateKeyPair } from '@volttron-ts/zmtp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ZmqListener } from '../src/index.ts';
import { clock } from './real-clock.ts';

const log: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Decide = (request: AuthenticationRequest) => AuthenticationDecision;

const asBefore = ({ identity }: AuthenticationRequest): AuthenticationDecision => ({
  status: 200,
  user: `user of ${identity}`,
});

/** A platform with sessions, and what it knows of them. */
async function platformWith(...identities: readonly string[]): Promise<{
  /** What its rules say from now on. */
  readonly change: (decide: Decide) => Promise<void>;
  readonly live: () => string[];
  /** Settles once so many sessions live. */
  readonly settled: (count: number) => Promise<void>;
}> {
  let decide: Decide = asBefore;
  const server = generateKeyPair();
  const live: PeerLink[] = [];
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  };
  const listener = new ZmqListener({
    addresses: [parseAddress('tcp://127.0.0.1:0')],
    keys: { publickey: encodeKey(server.publicKey), secretkey: encodeKey(server.secretKey) },
    authenticator: { authenticate: (request) => decide(request) },
    clock,
    log,
  });
  onTestFinished(() => listener.close());
  await listener.open({
    peer: (link) => {
      live.push(link);
      wake();
    },
    message: () => undefined,
    gone: (link) => {
      live.splice(live.indexOf(link), 1);
      wake();
    },
  });
  const settled = async (count: number): Promise<void> => {
    while (live.length !== count) await changed.promise;
  };
  for (const identity of identities) {
    const { publicKey, secretKey } = generateKeyPair();
    const dealer = new DealerSocket({ message: () => undefined });
    onTestFinished(() => dealer.close({ linger: 0 }));
    dealer.connect(listener.addresses[0]!, {
      identity,
      mechanism: { type: 'CURVE', publicKey, secretKey, serverKey: server.publicKey },
    });
  }
  await settled(identities.length);
  const setRules = (next: Decide): Promise<void> => {
    decide = next;
    return listener.recheck(next);
  };
  return { change: setRules, live: () => live.map(({ identity }) => identity), settled };
}

describe('a listener whose rules have changed', () => {
  it('keeps the sessions that may stay, and asks about each as it was asked when it connected', async () => {
    const { change, live } = await platformWith('one', 'two');
    const asked: AuthenticationRequest[] = [];
    await change((request) => {
      asked.push(request);
      return asBefore(request);
    });
    expect(live()).toHaveLength(2);
    expect(asked).toMatchObject([
      { mechanism: 'CURVE', domain: 'vip', address: '127.0.0.1' },
      { mechanism: 'CURVE', domain: 'vip', address: '127.0.0.1' },
    ]);
    expect(asked.map(({ identity }) => identity).sort()).toEqual(['one', 'two']);
    expect(asked.every(({ credential }) => credential?.length === 43)).toBe(true);
  });

  it('ends the sessions that would not be let in now, or as somebody else', async () => {
    const { change, live, settled } = await platformWith('stays', 'denied', 'waits', 'renamed');
    await change((request) => {
      if (request.identity === 'denied') return { status: 400, text: 'denied' };
      if (request.identity === 'waits') return { status: 300, text: 'pending' };
      return request.identity === 'renamed' ? { status: 200, user: 'another' } : asBefore(request);
    });
    await settled(1);
    expect(live()).toEqual(['stays']);
  });

  it('asks about a name that the peer did not choose as about none', async () => {
    const { change } = await platformWith('');
    const asked: string[] = [];
    await change((request) => {
      asked.push(request.identity);
      return asBefore(request);
    });
    expect(asked).toEqual(['']);
  });
});
