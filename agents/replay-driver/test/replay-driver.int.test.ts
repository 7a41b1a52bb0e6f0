import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import replayDriver from '@volttron-ts/replay-driver';
import { metadataOf } from '../src/points.ts';
import { unitData } from '../src/replay.ts';

const TOPIC = 'devices/campus/building/ahu1/all';

interface Row {
  headers: Record<string, string>;
  message: [Record<string, number>, Record<string, { units: string }>];
}

const rows = (platform: FakePlatform): Row[] =>
  platform.publications.filter(({ topic }) => topic === TOPIC).map(({ body }) => body as unknown as Row);

/** Steps a row's time on each time a row has arrived, until there are so many. */
async function replayed(platform: FakePlatform, agent: TestAgent, count: number): Promise<Row[]> {
  for (let have = 1; have <= count; have++) {
    await platform.until(() => (rows(platform).length >= have ? true : undefined));
    await new Promise(setImmediate);
    agent.clock.step(50);
  }
  return rows(platform).slice(0, count);
}

describe('replay-driver', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replay-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('publishes the unit’s 21 points 20 times a second, stamped with the present and with their own time', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, replayDriver);
    const [first, second] = await replayed(platform, agent, 2);
    expect(first!.headers['SourceTime']).toBe('2014-10-13T10:33:00');
    expect(first!.headers['TimeStamp']).toBe('2014-10-13T10:33:00.000000+00:00');
    expect(second!.headers['SourceTime']).toBe('2014-10-13T10:34:00');
    expect(second!.headers['TimeStamp']).toBe('2014-10-13T10:33:00.050000+00:00');
    const [values, metadata] = first!.message;
    expect(Object.keys(values)).toHaveLength(21);
    expect(values).toMatchObject({ SupplyAirTemp: 54.7574, DuctStaticPressure: 1.48531 });
    expect(metadata['SupplyAirTemp']!.units).toBe('°F');
  });

  it('starts over at the end of the file and passes over bad lines', async () => {
    const file = join(folder, 'rows.csv');
    await writeFile(file, 'Time,T\n1/1/2014 0:00,1\nbroken\n1/1/2014 0:01,2\n');
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, replayDriver, { config: { file } });
    const replays = await replayed(platform, agent, 5);
    expect(replays.map(({ message }) => message[0]['T'])).toEqual([1, 2, 1, 2, 1]);
  });

  it('misses turns instead of bunching up', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, replayDriver);
    await replayed(platform, agent, 1);
    agent.clock.step(60_000);
    await new Promise(setImmediate);
    await platform.until(() => (rows(platform).length >= 2 ? true : undefined));
    await new Promise(setImmediate);
    expect(rows(platform).length).toBeLessThanOrEqual(3);
  });

  it('keeps at most 500 rows on their way', async () => {
    const platform = new FakePlatform();
    platform.verdict = () => 'lose';
    await using agent = startTestAgent(platform, replayDriver);
    const turn = async (): Promise<void> => {
      agent.clock.step(50);
      await new Promise(setImmediate);
    };
    while (agent.vip.pubsub.outstanding < 500) await turn();
    for (let more = 0; more < 100; more++) await turn();
    expect(agent.vip.pubsub.outstanding).toBe(500);
  });

  it('ends with what is wrong when the file has no rows', async () => {
    const file = join(folder, 'empty.csv');
    await writeFile(file, 'Time,T\n');
    const agent = startTestAgent(new FakePlatform(), replayDriver, { config: { file } });
    await expect(agent.done).rejects.toThrow(/empty\.csv has no readings/);
  });

  it('knows the units of every column of its file', async () => {
    const [header = ''] = (await readFile(unitData, 'utf8')).split('\n', 1);
    const metadata = Object.values(metadataOf(header.split(',').slice(1)));
    expect(metadata).toHaveLength(21);
    expect(metadata.filter(({ units }) => units === '')).toEqual([]);
  });
});
