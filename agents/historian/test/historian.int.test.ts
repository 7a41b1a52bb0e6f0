import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeJournal, FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import historian from '@volttron-ts/historian';
import { encodeRpcRequest, encodeText, parseLooseJson } from '@volttron-ts/vip-core';

const IDENTITY = 'platform.historian';
const TOPIC = 'devices/campus/ahu1/all';

interface Answer {
  result?: unknown;
  error?: { code: number; data: { detail: string; 'exception.py': { exc_type: string } } };
}

let folder: string;
let platform: FakePlatform;
let journal: FakeJournal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'historian-'));
  platform = new FakePlatform();
  journal = new FakeJournal('campus').playOn(platform);
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function start(database = 'history.sqlite'): TestAgent {
  const config = { connection: { type: 'sqlite', params: { database: join(folder, database) } } };
  return startTestAgent(platform, historian, { identity: IDENTITY, config });
}

function capture(second: number, value: unknown): void {
  const headers = { TimeStamp: `2014-10-13T10:33:0${second}.000000+00:00` };
  const message = [{ SupplyAirTemp: value }, { SupplyAirTemp: { units: '°F', type: 'float', tz: 'UTC' } }];
  journal.capture(TOPIC, { bus: '', headers, message, sender: 'driver' });
}

/** Lets the store work and the clock go on until the journal's cursor is there. */
async function stored(agent: TestAgent, through: number): Promise<void> {
  while (journal.cursors.get('history') !== through) {
    await new Promise(setImmediate);
    agent.clock.step(5);
  }
}

async function ask(method: string, args: unknown[], kwargs?: Record<string, unknown>): Promise<Answer> {
  platform.play('asker', () => undefined);
  const id = `ask.${platform.received.length}`;
  const frames = [encodeRpcRequest('c', method, args, kwargs)];
  platform.send(IDENTITY, { peer: 'asker', id, subsystem: 'RPC', args: frames });
  const answer = await platform.message((message) => message.id === id && message.peer === 'asker');
  return parseLooseJson(texts(answer)[0]!) as Answer;
}

describe('historian', () => {
  it('stores the journal and answers queries in Python’s shapes', async () => {
    await using agent = start();
    for (const second of [1, 2, 3]) capture(second, 50 + second);
    await stored(agent, 3);
    const name = 'campus/ahu1/SupplyAirTemp';
    const query = await ask('query', [name], { count: 2, order: 'LAST_TO_FIRST' });
    expect(query.result).toEqual({
      values: [
        ['2014-10-13T10:33:03.000000+00:00', 53],
        ['2014-10-13T10:33:02.000000+00:00', 52],
      ],
      metadata: { units: '°F', type: 'float', tz: 'UTC' },
    });
    expect((await ask('query', [[name, 'nope'], '2014-10-13T10:33:01', '2014-10-13T10:33:02'])).result).toEqual({
      values: { [name]: [['2014-10-13T10:33:01.000000+00:00', 51]] },
      metadata: {},
    });
    expect((await ask('get_topic_list', [])).result).toEqual([name]);
    expect((await ask('get_topics_by_pattern', ['SUPPLY.*temp'])).result).toEqual({ [name]: 1 });
    expect((await ask('get_topics_metadata', [name])).result).toMatchObject({ [name]: { units: '°F' } });
    expect((await ask('get_version', [])).result).toBe('4.0.0');
  });

  it('refuses wrong arguments with Python’s classes and texts', async () => {
    await using agent = start();
    capture(1, 1);
    await stored(agent, 1);
    const refusal = async (...args: unknown[]): Promise<[string | undefined, string | undefined]> => {
      const { error } = await ask('query', args);
      return [error?.data['exception.py'].exc_type, error?.data.detail];
    };
    expect(await refusal()).toEqual(['builtins.TypeError', '"Topic" required']);
    expect((await refusal('a', null, null, 'avg'))[0]).toBe('builtins.TypeError');
    expect(await refusal('a', 'the day before')).toEqual(['builtins.ValueError', 'Syntax Error in Query']);
    expect((await ask('get_topics_metadata', [5])).error?.data['exception.py'].exc_type).toBe('builtins.ValueError');
  });

  it('stores everything once when it is stopped and its cursor was put back', async () => {
    const first = start();
    for (const second of [1, 2]) capture(second, second);
    await stored(first, 2);
    await first[Symbol.asyncDispose]();
    journal.cursors.set('history', 0);
    capture(3, 3);
    await using second = start();
    await stored(second, 3);
    const { result } = await ask('query', ['campus/ahu1/SupplyAirTemp']);
    expect((result as { values: unknown[] }).values).toHaveLength(3);
  });

  it('goes back for what its store lacks, when the store was put back to an older copy', async () => {
    const first = start();
    for (const second of [1, 2]) capture(second, second);
    await stored(first, 2);
    await first[Symbol.asyncDispose]();
    await using second = start('empty.sqlite');
    capture(3, 3);
    await stored(second, 3);
    const { result } = await ask('query', ['campus/ahu1/SupplyAirTemp']);
    expect((result as { values: unknown[] }).values).toHaveLength(3);
    expect(second.log.lines.map(({ message }) => message)).toContain('the store begins before the journal’s cursor');
  });

  it('says in its health that the journal refuses it', async () => {
    platform.play('platform.journal', ({ peer, id }, send) => {
      const args = ['refused', '{"code":"unauthorized","message":"It may not read."}'].map(encodeText);
      send({ peer, id, subsystem: 'journal', args });
    });
    await using agent = start();
    await agent.log.line(({ message }) => message === 'the journal cannot be read now');
    expect(agent.vip.health.status).toMatchObject({ status: 'BAD' });
    expect(agent.vip.health.status.context).toContain('It may not read.');
    journal.playOn(platform);
    capture(1, 1);
    await stored(agent, 1);
    expect(agent.vip.health.status).toMatchObject({ status: 'GOOD' });
  });

  it('says what is wrong with its configuration, all at once', () => {
    const bad = { connection: { type: 'mysql', params: {} }, colour: 'red' };
    const begin = (): unknown => startTestAgent(platform, historian, { config: bad });
    expect(begin).toThrow(/colour.*connection\/type.*database/s);
  });

  it('ends with what is wrong when its file cannot be opened', async () => {
    const agent = start('no/such/folder/history.sqlite');
    await expect(agent.done).rejects.toThrow();
  });
});
