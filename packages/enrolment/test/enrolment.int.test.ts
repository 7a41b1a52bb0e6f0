import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IdentityReservedError, IdentityTakenError } from '@volttron-ts/auth';
import { openDatabase } from '@volttron-ts/storage';
import { describe, expect, it } from 'vitest';

import { RequestSupersededError, RequestUnknownError, StepPendingError } from '../src/index.ts';
import { Door, newKey, scratchFolder } from './scratch.ts';

const operator = { by: 'admin', from: '192.0.2.7' };

describe('an unknown key', () => {
  it('waits, is listed once with its attempts, and gets in after approval under the name it claimed', async () => {
    const door = await Door.open();
    const key = newKey();
    expect(door.knock(key)).toEqual({ status: 300, text: 'pending' });
    door.clock.step(2000);
    door.knock(key);
    const [request, ...others] = await door.enrolment.list({ status: 'pending' });
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      credential: key,
      identity: 'agent.a',
      domain: 'vip',
      address: '10.0.0.5',
      status: 'pending',
      attempts: 2,
      firstSeen: '2014-10-13T10:33:00.000000+00:00',
      lastSeen: '2014-10-13T10:33:02.000000+00:00',
    });
    const approved = await door.enrolment.approve(request!.id, { ...operator, why: 'new meter' });
    expect(approved).toMatchObject({
      id: request!.id,
      status: 'approved',
      decision: { ...operator, why: 'new meter', at: '2014-10-13T10:33:02.000000+00:00' },
    });
    expect(door.knock(key)).toEqual({ status: 200, user: 'agent.a' });
    expect(door.knock(key, 'agent.b')).toMatchObject({ status: 400 });
    expect(door.file.contents.allow).toMatchObject([
      { credentials: key, identity: 'agent.a', comments: 'Approved by admin from 192.0.2.7: new meter' },
    ]);
  });

  it('is denied, and its live sessions end', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    await door.enrolment.deny((await door.request(key)).id, operator);
    expect(door.dropped).toEqual([key]);
    expect(door.knock(key)).toMatchObject({ status: 400 });
    expect(await door.enrolment.list({ status: 'pending' })).toEqual([]);
    expect(await door.enrolment.list({ status: 'denied' })).toMatchObject([{ credential: key, attempts: 2 }]);
  });

  it('that claims two names makes two requests, and a denial covers both', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key, 'agent.a');
    door.knock(key, 'agent.b');
    const [first] = await door.enrolment.list();
    await door.enrolment.approve(first!.id, operator);
    await door.enrolment.deny((await door.enrolment.list({ status: 'pending' }))[0]!.id, operator);
    expect((await door.enrolment.list()).map(({ status }) => status)).toEqual(['denied', 'denied']);
    expect(door.file.contents.allow).toEqual([]);
    expect(door.knock(key, first!.identity)).toMatchObject({ status: 400 });
  });
});

describe('a decision', () => {
  it('is final: approving a denied key opens a request that supersedes it', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const denied = await door.enrolment.deny((await door.request(key)).id, { ...operator, why: 'unknown' });
    const approved = await door.enrolment.approve(denied.id, { by: 'eve', from: 'vctl' });
    expect(approved).toMatchObject({ status: 'approved', supersedes: denied.id, decision: { by: 'eve' } });
    expect(approved.id).not.toBe(denied.id);
    expect(door.knock(key)).toMatchObject({ status: 200 });
    expect(await door.enrolment.list()).toMatchObject([{ id: approved.id }]);
    await expect(door.enrolment.deny(denied.id, operator)).rejects.toThrow(RequestSupersededError);
    const again = await door.enrolment.deny(approved.id, operator);
    expect(again).toMatchObject({ status: 'denied', supersedes: approved.id });
    expect(door.knock(key)).toMatchObject({ status: 400 });
  });

  it('taken twice changes nothing', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const { id } = await door.request(key);
    const first = await door.enrolment.approve(id, operator);
    expect(await door.enrolment.approve(id, { by: 'eve', from: 'vctl' })).toEqual(first);
    expect(door.file.contents.allow).toHaveLength(1);
  });

  it('on a request that is not there is an error', async () => {
    const door = await Door.open();
    await expect(door.enrolment.approve('no-such-id', operator)).rejects.toThrow(RequestUnknownError);
    await expect(door.enrolment.deny('no-such-id', operator)).rejects.toThrow(RequestUnknownError);
    await expect(door.enrolment.remove('no-such-id', operator)).rejects.toThrow(RequestUnknownError);
  });

  it('does not give away a name that is owned or reserved: the request goes on waiting', async () => {
    const door = await Door.open();
    const [owner, thief] = [newKey(), newKey()];
    await door.file.add({ credentials: owner, user_id: 'agent.a', identity: 'agent.a' });
    door.knock(thief, 'agent.a');
    await expect(door.enrolment.approve((await door.request(thief)).id, operator)).rejects.toThrow(IdentityTakenError);
    door.knock(thief, 'control');
    const [latest] = await door.enrolment.list();
    await expect(door.enrolment.approve(latest!.id, operator)).rejects.toThrow(IdentityReservedError);
    expect((await door.enrolment.list()).map(({ status }) => status)).toEqual(['pending', 'pending']);
  });

  it('taken back by hand in the auth file lets the key ask anew', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const approved = await door.enrolment.approve((await door.request(key)).id, operator);
    door.clock.step(60_000);
    await door.file.removeCredential(key);
    door.knock(key);
    expect(await door.enrolment.list()).toMatchObject([
      { status: 'pending', credential: key, supersedes: approved.id, attempts: 1 },
    ]);
  });

  it('outruns an attempt that was on its way', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    await door.enrolment.approve((await door.request(key)).id, operator);
    door.enrolment.report(
      { mechanism: 'CURVE', credential: key, identity: 'agent.a', domain: 'vip', address: '10.0.0.5' },
      { status: 300, text: 'pending' },
    );
    expect(await door.enrolment.list()).toMatchObject([{ status: 'approved', attempts: 2 }]);
  });
});

describe('removing', () => {
  it('a waiting request leaves no entry behind, and the key may ask anew', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const { id } = await door.request(key);
    await door.enrolment.remove(id, operator);
    expect(await door.enrolment.list()).toEqual([]);
    expect(door.file.contents).toMatchObject({ allow: [], deny: [] });
    expect(door.knock(key)).toMatchObject({ status: 300 });
    expect((await door.request(key)).id).not.toBe(id);
  });

  it.each(['approve', 'deny'] as const)('after %s makes the key unknown again and ends its sessions', async (how) => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const { id } = await door.enrolment[how]((await door.request(key)).id, operator);
    await door.enrolment.remove(id, operator);
    expect(await door.enrolment.list()).toEqual([]);
    expect(door.dropped).toContain(key);
    expect(door.knock(key)).toMatchObject({ status: 300 });
  });
});

describe('a step that fails', () => {
  it('is told, kept and tried again until it succeeds', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const { id } = await door.request(key);
    door.fault = new Error('disk full');
    await expect(door.enrolment.approve(id, operator)).rejects.toThrow(StepPendingError);
    expect(await door.enrolment.list()).toMatchObject([{ status: 'approved', problem: 'disk full' }]);
    expect(door.errors).toHaveLength(1);
    door.fault = undefined;
    door.clock.step(1000);
    await expect.poll(async () => (await door.request(key)).problem).toBeUndefined();
    expect(door.knock(key)).toMatchObject({ status: 200 });
  });

  it('is done at the next start after a crash between decision and grant', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    door.fault = new Error('killed');
    await door.enrolment.approve((await door.request(key)).id, operator).catch(() => undefined);
    await door.stop();
    door.fault = undefined;
    await door.start();
    expect(door.knock(key)).toMatchObject({ status: 200 });
    expect(door.file.contents.allow).toHaveLength(1);
  });

  it('does not undo a later decision when it is tried again', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    door.fault = new Error('disk full');
    const { id } = await door.request(key);
    await door.enrolment.approve(id, operator).catch(() => undefined);
    await door.enrolment.deny(id, operator).catch(() => undefined);
    door.fault = undefined;
    await door.stop();
    await door.start();
    expect(door.knock(key)).toMatchObject({ status: 400 });
    expect(door.file.contents).toMatchObject({ allow: [], deny: [{ credentials: key }] });
  });
});

describe('steps of one key', () => {
  it('a denial takes effect at once, though an earlier grant goes on failing', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const { id } = await door.request(key);
    [door.fault, door.faulty] = [new Error('never'), ['grant']];
    await expect(door.enrolment.approve(id, operator)).rejects.toThrow(StepPendingError);
    await door.enrolment.deny(id, operator);
    expect(door.dropped).toEqual([key]);
    expect(door.knock(key)).toMatchObject({ status: 400 });
  });

  it('keep their order: a grant waits for a withdrawal that failed before it', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    [door.fault, door.faulty] = [new Error('disk full'), ['withdraw']];
    const { id } = await door.request(key);
    await expect(door.enrolment.deny(id, operator)).rejects.toThrow(StepPendingError);
    await expect(door.enrolment.approve(id, operator)).rejects.toThrow(StepPendingError);
    door.fault = undefined;
    await door.stop();
    await door.start();
    expect(door.knock(key)).toMatchObject({ status: 200 });
    expect(door.file.contents.deny).toEqual([]);
  });
});

describe('the list', () => {
  it('survives a restart', async () => {
    const door = await Door.open();
    const key = newKey();
    door.knock(key);
    const before = await door.request(key);
    await door.stop();
    await door.start();
    expect(await door.request(key)).toEqual(before);
  });

  it('is bounded per address: the attempts longest ago are dropped', async () => {
    const door = await Door.open({ limits: { pending: 100, perAddress: 3 } });
    const other = newKey();
    door.knock(other, 'other', '10.0.0.9');
    for (let n = 0; n < 10; n++) {
      door.clock.step(1);
      door.knock(newKey(), `agent.${n}`, '10.0.0.5');
    }
    const names = (await door.enrolment.list()).map(({ identity }) => identity);
    expect(names).toEqual(['agent.9', 'agent.8', 'agent.7', 'other']);
  });

  it('is bounded in all, and decided requests are not dropped', async () => {
    const door = await Door.open({ limits: { pending: 5, perAddress: 5 } });
    const kept = newKey();
    door.knock(kept, 'kept');
    await door.enrolment.approve((await door.request(kept)).id, operator);
    for (let batch = 0; batch < 4; batch++) {
      for (let n = 0; n < 5; n++) {
        door.clock.step(1);
        door.knock(newKey(), 'agent', `10.0.${batch}.${n}`);
      }
      await door.enrolment.list();
    }
    expect(await door.enrolment.list({ status: 'pending' })).toHaveLength(5);
    expect(await door.enrolment.list({ status: 'approved' })).toHaveLength(1);
  });

  it('tells of changes, once for many attempts', async () => {
    const door = await Door.open();
    let changes = 0;
    let told = Promise.withResolvers<undefined>();
    const off = door.enrolment.on('change', () => {
      changes++;
      told.resolve(undefined);
    });
    const key = newKey();
    for (let n = 0; n < 500; n++) door.knock(key);
    door.clock.step(200);
    await told.promise;
    expect(changes).toBe(1);
    told = Promise.withResolvers();
    await door.enrolment.deny((await door.request(key)).id, operator);
    await told.promise;
    off();
    expect(changes).toBe(2);
  });
});

it('a flood of keys costs the reporter little and the list stays bounded', async () => {
  const door = await Door.open();
  const keys = Array.from({ length: 20_000 }, (_, n) => String(n).padStart(43, 'A'));
  const start = performance.now();
  for (const [n, key] of keys.entries()) door.knock(key, 'agent', `10.0.${n >> 8}.${n & 255}`);
  expect(performance.now() - start).toBeLessThan(2000);
  expect((await door.enrolment.list()).length).toBeLessThanOrEqual(1000);
});

it('a process killed between decision and grant leaves the grant to the next start', async () => {
  const home = await scratchFolder();
  const key = newKey();
  const child = spawn(process.execPath, [
    ...process.execArgv,
    fileURLToPath(new URL('./children/killed-approver.ts', import.meta.url)),
    join(home, 'enrolment.sqlite'),
    key,
  ]);
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await exited;
  const door = await Door.open({ home });
  expect(await door.enrolment.list()).toMatchObject([{ credential: key, status: 'approved' }]);
  expect(door.knock(key)).toEqual({ status: 200, user: 'agent.a' });
});

it('a database of a newer release is an error that names it', async () => {
  const home = await scratchFolder();
  openDatabase(join(home, 'enrolment.sqlite'), {
    durability: 'kill-safe',
    migrations: Array.from({ length: 9 }, (_, n) => ({ version: n + 1, up: '' })),
  }).close();
  await expect(Door.open({ home })).rejects.toThrow(/enrolment\.sqlite.*version 9/);
});
