import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { connectJournalTap, openJournal } from '@volttron-ts/history';
import type { Journal } from '@volttron-ts/history';
import { PortConnection, PortListener, Router } from '@volttron-ts/router';
import { encodeText, services } from '@volttron-ts/vip-core';
import { BusPeer, SteppedClock } from '@volttron-ts/vip-core/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { REPUBLISH_CURSOR, Republisher } from '../src/services/republisher.ts';

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'republisher-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function journalOf(instance: string, folder: string): Promise<Journal> {
  const onCrash = (error: Error): void => {
    expect.unreachable(error.message);
  };
  const journal = await openJournal({ path: join(folder, `${instance}.sqlite`), instance, onCrash });
  onTestFinished(() => journal.close());
  return journal;
}

/** Three publications of another platform, in this one's journal. */
async function handOver(from: Journal, to: Journal): Promise<void> {
  const tap = await connectJournalTap(from.tapPort());
  const body = encodeText('{"bus":"","headers":{},"message":1,"sender":"driver"}');
  const keep = (topic: string): Promise<unknown> =>
    new Promise((kept) => tap.capture({ user: 'driver', topic, body, id: undefined }, kept));
  await Promise.all(['devices/a/all', 'devices/b/all', 'devices/c/all'].map(keep));
  tap.close();
  const { span, records } = await from.read({ cursor: 'c', prefixes: [], maxBytes: 1 << 20, waitMs: 0 });
  await to.append('there.forwarder', span, records);
}

it('counts what was handed over as published only when the router has handed it on', async () => {
  const folder = await folderOfTest();
  const journal = await journalOf('here', folder);
  await handOver(await journalOf('there', folder), journal);
  const ignore = (): void => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const router = new Router({ routingId: 'r', log, properties: () => ({}) });
  const ports = new PortListener();
  const { port1, port2 } = new MessageChannel();
  ports.accept(port1, services.journal);
  const service = new BusPeer(new PortConnection(port2, services.journal));
  const asked = Promise.withResolvers<undefined>();
  const delivered = async (): Promise<void> => {
    asked.resolve(undefined);
    await service.ask('', 'ping', 'ping');
  };
  const republisher = new Republisher({ bus: service.bus, delivered, journal, clock: new SteppedClock(), log });
  republisher.start();
  onTestFinished(async () => {
    republisher.stop();
    await service.bus.close();
    await router.close();
  });
  await asked.promise;
  const position = async (): Promise<number | undefined> =>
    (await journal.cursors()).find(({ name }) => name === REPUBLISH_CURSOR)?.committed;
  expect(await position()).toBe(0);
  await router.listen(ports);
  await vi.waitFor(async () => {
    expect(await position()).toBe(3);
  });
  expect(service.received.filter(({ subsystem }) => subsystem === 'pubsub')).toHaveLength(3);
});
