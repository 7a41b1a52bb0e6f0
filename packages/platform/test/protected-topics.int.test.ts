import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentEntry, AuthFile, ensureEntries, KeyStore, readInstanceConfig } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { encodePublishBody, packRecords, parseAddress } from '@volttron-ts/vip-core';
import type { JournalRecord, Logger } from '@volttron-ts/vip-core';
import { BusPeer, texts } from '@volttron-ts/vip-core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../src/index.ts';
import type { PlatformStatus } from '../src/index.ts';

/** A log that a test may wait for. */
class Lines {
  readonly all: string[] = [];
  #waiting: (() => void)[] = [];
  readonly log: Logger;

  constructor() {
    const note = (message: string): void => {
      this.all.push(message);
      for (const check of this.#waiting.splice(0)) check();
    };
    this.log = { debug: note, info: note, warn: note, error: note };
  }

  /** Settles when the line has been logged that many times. */
  async of(text: string, times = 1): Promise<void> {
    while (this.all.filter((line) => line.includes(text)).length < times) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

const body = '{"bus":"","headers":{},"message":1}';
const table = (topic: string): string => JSON.stringify({ 'write-protect': [{ topic, capabilities: ['can_write'] }] });

let home: string;
let platform: Platform;
let status: PlatformStatus;
let peer: BusPeer;
const lines = new Lines();

async function start(): Promise<void> {
  const { settings } = await readInstanceConfig({ home });
  ({ platform, status } = await Platform.start({
    ...{ home, settings, clock: systemClock, log: () => lines.log, onEnd: () => undefined },
  }));
}

const publish = async (topic: string): Promise<string> =>
  (await peer.ask('', 'pubsub', 'publish', topic, body)).subsystem;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'protected-'));
  await writeFile(join(home, 'config'), '[volttron]\ninstance-name = campus\nvip-address = tcp://127.0.0.1:0\n');
  await writeFile(join(home, 'protected_topics.json'), table('prot/a'));
  const pair = await new KeyStore(home).agent('writer');
  await ensureEntries(await AuthFile.open(join(home, 'auth.json')), [
    {
      ...agentEntry('writer', pair.publicKey, { allow_auth_modifications: null, append_journal: null }),
      roles: ['publisher'],
    },
  ]);
  await start();
  const keys = { publickey: pair.publicKey, secretkey: pair.secret.reveal(), serverkey: status.serverKey };
  const address = parseAddress(status.addresses[0]!);
  peer = new BusPeer(new ZmqConnection({ identity: 'writer', address, keys, clock: systemClock }));
  await peer.hello();
});

afterAll(async () => {
  await peer.bus.close();
  await platform.stop();
  await rm(home, { recursive: true, force: true });
});

describe('the protected topics of a home', () => {
  it('are enforced from the first message after the start on', async () => {
    expect(await publish('prot/a')).toBe('error');
    expect(await publish('prot/b')).toBe('pubsub');
  });

  it('hold for what a peer hands over to the journal, too', async () => {
    const record = (topic: string): JournalRecord => ({
      ...{ seq: 1, time: 0, publisher: 'driver', publisherEpoch: '', n: 0, path: '', topic },
      ...{ origin: { journal: 'j', epoch: 'e', seq: 1 }, body: encodePublishBody('', {}, 1) },
    });
    const span = JSON.stringify({
      ...{ stream: 's', epoch: 'e', prev: null, after: 0, through: 1, encoding: 'packed', instance: 'roof' },
    });
    const append = async (topic: string): Promise<unknown[]> => {
      const answer = await peer.ask('platform.journal', 'journal', 'append', span, packRecords([record(topic)]));
      return [texts(answer)[0], JSON.parse(texts(answer)[1]!) as unknown];
    };
    expect(await append('prot/a')).toEqual([
      'refused',
      { code: 'unauthorized', message: expect.stringMatching(/to publish to topic "prot\/a" requires/) as string },
    ]);
    expect(await append('prot/b')).toEqual(['through', { through: 1 }]);
  });

  it('are read anew when the file was edited by hand', async () => {
    await writeFile(join(home, 'protected_topics.json'), table('prot/b'));
    await lines.of('protected topics were read anew');
    expect([await publish('prot/a'), await publish('prot/b')]).toEqual(['pubsub', 'error']);
  });

  it('stay as they were when an edit cannot be read, which is reported', async () => {
    await writeFile(join(home, 'protected_topics.json'), '{"write-protect": [');
    await lines.of('protected topics stay as they were');
    expect(await publish('prot/b')).toBe('error');
    await writeFile(join(home, 'protected_topics.json'), table('prot/c'));
    await lines.of('protected topics were read anew', 2);
    expect([await publish('prot/b'), await publish('prot/c')]).toEqual(['pubsub', 'error']);
  });

  it('keep a platform from starting when they cannot be read', async () => {
    const bad = await mkdtemp(join(tmpdir(), 'protected-bad-'));
    await writeFile(join(bad, 'protected_topics.json'), '[');
    const { settings } = await readInstanceConfig({ home: bad });
    const options = { home: bad, settings, clock: systemClock, log: () => lines.log, onEnd: () => undefined };
    await expect(Platform.start(options)).rejects.toThrow(/The protected topics cannot be read/);
    await rm(bad, { recursive: true, force: true });
  });
});

it('a user that is given the capability may publish, without a new connection', async () => {
  expect(texts(await peer.ask('', 'pubsub', 'publish', 'prot/c', body))[0]).toBe('-32001');
  const call = { jsonrpc: '2.0', id: 'x', method: 'auth_file.set_roles', params: [{ publisher: ['can_write'] }] };
  const answer = await peer.ask('platform.auth', 'RPC', JSON.stringify(call));
  expect(JSON.parse(texts(answer)[0]!)).toMatchObject({ result: null });
  while ((await publish('prot/c')) === 'error');
});
