import { describe, expect, it } from 'vitest';
import { FakeJournal, FakePlatform, fakeRemotes, startTestAgent } from '@volttron-ts/agent/testing';
import type { JournalBatch, JournalReader } from '@volttron-ts/agent';
import { agentThat, turns, welcomed } from './helpers.ts';

async function take(reader: JournalReader, count: number): Promise<JournalBatch[]> {
  const taken: JournalBatch[] = [];
  for await (const batch of reader) if (taken.push(batch) === count) break;
  return taken;
}

const seqs = (batches: readonly JournalBatch[]): number[] =>
  batches.flatMap((batch) => batch.unpack().map(({ seq }) => seq));

describe('journal.read', () => {
  it('hands out packed batches, reads ahead of commits, and waits for more', async () => {
    const platform = new FakePlatform();
    const journal = new FakeJournal('campus').playOn(platform);
    await using agent = startTestAgent(platform, agentThat());
    for (let n = 0; n < 3; n++) journal.capture('devices/a/all');
    const taken = take(agent.vip.journal.read('history', { prefix: 'devices/', maxBytes: 1 }), 4);
    await turns();
    journal.capture('devices/a/all');
    expect(seqs(await taken)).toEqual([1, 2, 3, 4]);
    expect((await taken).map(({ span }) => span.after)).toEqual([0, 1, 2, 3]);
    await (await taken)[1].commit();
    expect(journal.cursors.get('history')).toBe(2);
  });

  it('begins at the committed position again after the connection was lost', async () => {
    const platform = new FakePlatform();
    const journal = new FakeJournal('campus').playOn(platform);
    await using agent = startTestAgent(platform, agentThat());
    for (let n = 0; n < 3; n++) journal.capture('devices/a/all');
    const batches: JournalBatch[] = [];
    for await (const batch of agent.vip.journal.read('history', { maxBytes: 1 })) {
      batches.push(batch);
      if (batches.length === 1) await batch.commit();
      if (batches.length === 2) {
        platform.cut('agent');
        platform.admit('agent');
      }
      if (batches.length === 4) break;
    }
    expect(seqs(batches)).toEqual([1, 2, 2, 3]);
  });

  it('goes back where it is told, also while it waits', async () => {
    const platform = new FakePlatform();
    const journal = new FakeJournal('campus').playOn(platform);
    await using agent = startTestAgent(platform, agentThat());
    for (let n = 0; n < 3; n++) journal.capture('devices/a/all');
    const reader = agent.vip.journal.read('history');
    const taken = take(reader, 2);
    await platform.until(() => (journal.asked.length === 2 ? true : undefined));
    reader.rewind({ epoch: 'campus-e1', seq: 1 });
    expect(seqs(await taken)).toEqual([1, 2, 3, 2, 3]);
  });

  it('asks again, later and later, when the journal cannot be read', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat());
    await welcomed(platform);
    const problems: (string | undefined)[] = [];
    const onProblem = (problem: Error | undefined): unknown => problems.push(problem?.message);
    const taken = take(agent.vip.journal.read('history', { onProblem }), 1);
    await agent.log.line(({ message }) => message === 'the journal cannot be read now');
    const journal = new FakeJournal('campus').playOn(platform);
    journal.capture('devices/a/all');
    await turns();
    expect(journal.asked).toEqual([]);
    agent.clock.step(250);
    expect(seqs(await taken)).toEqual([1]);
    expect(problems).toEqual(['No peer "platform.journal" is connected.', undefined]);
  });

  it('commits over a lost connection', async () => {
    const platform = new FakePlatform();
    const journal = new FakeJournal('campus').playOn(platform);
    journal.capture('devices/a/all');
    await using agent = startTestAgent(platform, agentThat());
    const [batch] = await take(agent.vip.journal.read('history'), 1);
    journal.fate = () => 'lose';
    const committed = batch.commit();
    await turns();
    journal.fate = () => 'answer';
    platform.cut('agent');
    platform.admit('agent');
    await committed;
  });

  it('ends with its signal and refuses a cursor that is no name', async () => {
    const platform = new FakePlatform();
    new FakeJournal('campus').playOn(platform);
    await using agent = startTestAgent(platform, agentThat());
    const abort = new AbortController();
    const taken = take(agent.vip.journal.read('history', { signal: abort.signal }), 1);
    await welcomed(platform);
    abort.abort();
    expect(await taken).toEqual([]);
    expect(() => agent.vip.journal.read('my cursor')).toThrow('pattern');
  });
});

describe('a remote platform', () => {
  const ADDRESS = 'tcp://central:22916';

  it('takes a journal, says where a gap is, and asks again over a lost connection', async () => {
    const [platform, central] = [new FakePlatform(), new FakePlatform()];
    const source = new FakeJournal('campus').playOn(platform);
    const destination = new FakeJournal('central').playOn(central);
    const remotes = fakeRemotes({ [ADDRESS]: central }, 'campus.agent');
    await using agent = startTestAgent(platform, agentThat(), { remotes });
    const remote = agent.vip.auth.connectRemotePlatform(ADDRESS);
    for (let n = 0; n < 3; n++) source.capture('devices/a/all');
    const batches = await take(agent.vip.journal.read('up', { maxBytes: 1 }), 3);
    expect(await remote.append(batches[0])).toBe(1);
    await expect(remote.append(batches[2])).rejects.toMatchObject({ code: 'journal-gap', expected: 1 });
    destination.fate = () => 'lose';
    const appended = remote.append(batches[1]);
    await central.until(() => (destination.records.length === 2 ? true : undefined));
    destination.fate = () => 'answer';
    central.cut('campus.agent');
    central.admit('campus.agent');
    expect(await appended).toBe(2);
    expect(destination.records.map(({ origin }) => origin.seq)).toEqual([1, 2]);
    const probe = await agent.vip.journal.probe('up');
    expect(probe.span).toMatchObject({ after: 0, through: 0 });
    expect(await remote.append(probe)).toBe(2);
  });

  it('says that there is no journal', async () => {
    const [platform, central] = [new FakePlatform(), new FakePlatform()];
    new FakeJournal('campus').playOn(platform);
    const remotes = fakeRemotes({ [ADDRESS]: central }, 'campus.agent');
    await using agent = startTestAgent(platform, agentThat(), { remotes });
    const remote = agent.vip.auth.connectRemotePlatform(ADDRESS);
    const probe = await agent.vip.journal.probe('up');
    await expect(remote.append(probe)).rejects.toMatchObject({ code: 'unreachable' });
  });
});
