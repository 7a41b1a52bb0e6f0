import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { agentEntry, AuthFile, ensureEntries, KeyStore, readInstanceConfig } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { discover, systemClock } from '@volttron-ts/connect';
import { encodePublishBody, packRecords, parseAddress } from '@volttron-ts/vip-core';
import type { JournalSpan, Logger } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Platform } from '../src/index.ts';
import type { PlatformStatus } from '../src/index.ts';

const nothing = (): void => undefined;
const log: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const capabilities = {
  ...{ writer: { append_journal: null }, forger: { append_journal: null } },
  reader: { read_journal: null },
};

let home: string;
let platform: Platform;
let status: PlatformStatus;
let writer: RunningAgent;
let reader: RunningAgent;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'platform-'));
  await writeFile(
    join(home, 'config'),
    '[volttron]\ninstance-name = campus\nvip-address = tcp://127.0.0.1:0\nbind-web-address = https://localhost:0\n',
  );
  const keys = new KeyStore(home);
  const entries = Object.entries(capabilities).map(async ([identity, own]) =>
    agentEntry(identity, (await keys.agent(identity)).publicKey, own),
  );
  await ensureEntries(await AuthFile.open(join(home, 'auth.json')), await Promise.all(entries));
  const { settings } = await readInstanceConfig({ home });
  ({ platform, status } = await Platform.start({ home, settings, clock: systemClock, log: () => log, onEnd: nothing }));
  [writer, reader] = await Promise.all([enter('writer'), enter('reader')]);
});

afterAll(async () => {
  await Promise.all([writer.stop(), reader.stop()]);
  await platform.stop();
  await rm(home, { recursive: true, force: true });
});

async function enter(identity: keyof typeof capabilities): Promise<RunningAgent> {
  const pair = await new KeyStore(home).agent(identity);
  const keys = { publickey: pair.publicKey, secretkey: pair.secret.reveal(), serverkey: status.serverKey };
  const address = parseAddress(status.addresses[0]!);
  return startAgent(defineAgent({ name: identity, config: t.Object({}) }), {
    ...{ bus: new ZmqConnection({ identity, address, keys, clock: systemClock }), clock: systemClock, log },
  });
}

/** One record that began in a journal, as a journal hands it over. */
function batchOf(journal: string, seq: number): { span: JournalSpan; records: Uint8Array } {
  const record = {
    ...{ seq, time: Date.UTC(2026, 0, 1) * 1000, publisher: 'driver', publisherEpoch: '', n: 0, path: '' },
    ...{ origin: { journal, epoch: 'e', seq }, topic: 'devices/ahu1/all' },
    body: encodePublishBody('', { Date: 'now' }, [{ temperature: 21.5 }, {}]),
  };
  const span: JournalSpan = {
    ...{ stream: `${journal}.forwarder`, epoch: 'e', prev: null, after: seq - 1, through: seq },
    ...{ encoding: 'packed', instance: 'roof' },
  };
  return { span, records: packRecords([record]) };
}

describe('a platform', () => {
  it('tells agents what its own services may do, so that they take configurations', async () => {
    const capabilities = await writer.vip.rpc.call('platform.auth', 'get_user_to_capabilities');
    expect(capabilities).toMatchObject({
      'config.store': { sync_agent_config: null },
      'platform.auth': { modify_rpc_method_allowance: null },
    });
    await writer.vip.config.set('rows', [1, 'é']);
    expect(writer.vip.config.get('rows')).toEqual([1, 'é']);
    await writer.vip.config.delete('rows');
    expect(writer.vip.config.list()).toEqual([]);
  });

  it('answers its discovery document over the certificate of its own root, and nothing more', async () => {
    const rootCertificate = await readFile(join(home, 'certificates/certs/campus-root-ca.crt'), 'utf8');
    expect(await discover(status.webAddress!, { rootCertificate })).toEqual({
      'instance-name': 'campus',
      serverkey: status.serverKey,
      'vip-address': status.addresses.find((address) => address.startsWith('tcp:')),
    });
  });

  it('reads its journal to nobody without read_journal', async () => {
    const refused = writer.vip.journal.probe('forwarder');
    await expect(refused).rejects.toMatchObject({ reasonCode: 'unauthorized' });
    await expect(refused).rejects.toThrow(/capability read_journal/);
    expect((await reader.vip.journal.probe('forwarder')).span).toMatchObject({ instance: 'campus', after: 0 });
  });

  it('takes nothing into its journal from a peer without append_journal', async () => {
    const span: JournalSpan = {
      ...{ stream: 'j.forwarder', epoch: 'e', prev: null, after: 0, through: 0 },
      ...{ encoding: 'packed', instance: 'roof' },
    };
    const refused = reader.vip.journal.append({ span, records: new Uint8Array() });
    await expect(refused).rejects.toThrow(/capability append_journal/);
  });

  it('takes what another journal hands over, and publishes it with the way it came', async () => {
    const heard = (async (): Promise<unknown> => {
      for await (const message of reader.vip.pubsub.subscribe('devices/')) return message;
      return undefined;
    })();
    await reader.vip.hello('');
    const through = await writer.vip.journal.append(batchOf('j', 1));
    expect(through).toBe(1);
    expect(await heard).toMatchObject({
      topic: 'devices/ahu1/all',
      headers: { Date: 'now', 'X-Forwarded': true, 'X-Forwarded-From': ['roof'] },
      message: [{ temperature: 21.5 }, {}],
    });
  });

  it('takes records of a journal from the user only that handed over the first, and from whom an operator adds', async () => {
    const forger = await enter('forger');
    const append = forger.vip.journal.append.bind(forger.vip.journal);
    expect(await writer.vip.journal.append(batchOf('claimed', 1))).toBe(1);
    const refused = append(batchOf('claimed', 2));
    await expect(refused).rejects.toMatchObject({ reasonCode: 'unauthorized' });
    await expect(refused).rejects.toThrow('"forger" hands over records of the journal "claimed", which "writer"');
    await expect(append(batchOf('own', 1))).resolves.toBe(1);
    const path = join(home, 'journal-origins.json');
    const owners = JSON.parse(await readFile(path, 'utf8')) as Record<string, string[]>;
    expect(owners).toMatchObject({ claimed: ['writer'], own: ['forger'] });
    await writeFile(path, JSON.stringify({ ...owners, claimed: ['writer', 'forger'] }));
    await expect(append(batchOf('claimed', 1))).resolves.toBe(1);
    expect(await writer.vip.journal.append(batchOf('claimed', 2))).toBe(2);
    await forger.stop();
  });

  it('takes no reason for a hole that would fill its journal', async () => {
    const { span, records } = batchOf('j', 2);
    const gone = [1, 1, 'x'.repeat(201)] as [number, number, string];
    await expect(writer.vip.journal.append({ span: { ...span, gone }, records })).rejects.toThrow(/gone/);
  });
});
