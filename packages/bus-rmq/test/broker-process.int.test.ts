import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@volttron-ts/vip-core';
import { expect, it, onTestFinished } from 'vitest';
import { BrokerProcess, volttronDefinitions } from '../src/broker/index.ts';
import { freePort, issueForTests } from '../src/testing/index.ts';
import { clock } from './real-clock.ts';

/** Of a platform that was killed: it does nothing more. */
const dead: Clock = { ...clock, after: () => () => undefined };

it('ends the broker that a killed platform left in its folder, and one that ends by itself is started again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'broker-process-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lines: string[] = [];
  const keep = (line: string): void => void lines.push(line);
  const options = {
    ...{ folder, host: '127.0.0.1', port: await freePort(), nodeName: 'orphan@localhost' },
    tls: await issueForTests('localhost'),
    definitions: { ...volttronDefinitions('volttron'), users: [], permissions: [] },
    log: { debug: keep, info: keep, warn: keep, error: keep },
  };
  const left = await BrokerProcess.start({ ...options, clock: dead });
  const broker = await BrokerProcess.start({ ...options, clock });
  onTestFinished(() => broker.stop());
  await left.stop();
  expect(await broker.control('list_vhosts')).toContain('volttron');
  await broker.control('stop').catch(() => undefined);
  await expect.poll(() => lines, { timeout: 20_000 }).toContain('the broker has ended; it is started again');
  await expect
    .poll(async () => broker.control('list_vhosts').catch(() => ''), { timeout: 60_000 })
    .toContain('volttron');
}, 120_000);
