import { once } from 'node:events';
import { appendFile, copyFile, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';

import { AuditLog, verifyAudit } from '../src/index.ts';
import type { AuditRecord } from '../src/index.ts';
import { realClock, silentLog } from './audit-scratch.ts';
import { scratchFolder, startChild } from './scratch.ts';

const entry = { actor: 'admin', action: 'auth_file.add', item: 'meter', details: { index: 1 } };
const open = (home: string): Promise<AuditLog> => AuditLog.open(home, { clock: realClock, log: silentLog });

/** A home whose log has seven records: opened, five of ours, the signature. */
async function homeWithLog(): Promise<string> {
  const home = await scratchFolder();
  const audit = await open(home);
  for (let n = 0; n < 5; n++) await audit.record({ ...entry, item: `meter ${n}` });
  await audit.close();
  return home;
}

const pathOf = (home: string): string => join(home, 'audit.log');
const linesOf = async (home: string): Promise<string[]> =>
  (await readFile(pathOf(home), 'utf8')).split('\n').slice(0, -1);
const put = (home: string, lines: readonly string[]): Promise<void> => writeFile(pathOf(home), `${lines.join('\n')}\n`);

describe('the audit log', () => {
  it('holds what was recorded, in order, and verifies', async () => {
    const home = await homeWithLog();
    const records = (await linesOf(home)).map((line) => JSON.parse(line) as AuditRecord);
    expect(records.map(({ action }) => action)).toEqual([
      'audit.opened',
      ...Array.from({ length: 5 }, () => 'auth_file.add'),
      'audit.signed',
    ]);
    expect(records[1]).toMatchObject({ seq: 2, actor: 'admin', item: 'meter 0', details: { index: 1 } });
    const head = { seq: 7, hash: records[6]?.hash };
    expect(await verifyAudit(home)).toEqual({ ok: true, entries: 7, head, signedThrough: 7, unfinished: 0 });
    for (const name of ['audit.log', 'audit.key', 'audit.head']) {
      expect((await stat(join(home, name))).mode & 0o777, name).toBe(0o600);
    }
  });

  it('goes on where it ended', async () => {
    const home = await homeWithLog();
    const audit = await open(home);
    expect(audit.head.seq).toBe(8);
    await audit.close();
    expect(await verifyAudit(home)).toMatchObject({ ok: true, entries: 9 });
  });

  it('takes records made at the same time together, each once and in order', async () => {
    const home = await scratchFolder();
    const audit = await open(home);
    await Promise.all(Array.from({ length: 500 }, (_, n) => audit.record({ ...entry, item: `${n}` })));
    await audit.close();
    const items = (await linesOf(home)).map((line) => JSON.parse(line) as AuditRecord);
    const ours = items.filter(({ action }) => action === entry.action).map(({ item }) => Number(item));
    expect(ours).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(await verifyAudit(home)).toMatchObject({ ok: true });
  });

  it('signs its head a minute after a record, without being asked', async () => {
    const home = await scratchFolder();
    const clock = new SteppedClock();
    const audit = await AuditLog.open(home, { clock, log: silentLog });
    await audit.record(entry);
    expect(await verifyAudit(home)).toMatchObject({ ok: true, entries: 2, signedThrough: 0 });
    clock.step(60_000);
    await audit.record(entry);
    expect(await verifyAudit(home)).toMatchObject({ ok: true, entries: 4, signedThrough: 3 });
    await audit.close();
  });

  it('signs its head after a hundred records', async () => {
    const home = await scratchFolder();
    const audit = await AuditLog.open(home, { clock: new SteppedClock(), log: silentLog });
    for (let n = 0; n < 99; n++) await audit.record(entry);
    await audit.record(entry);
    expect(await verifyAudit(home)).toMatchObject({ ok: true, signedThrough: 101 });
    await audit.close();
  });

  it('takes nothing more once it is closed', async () => {
    const audit = await open(await scratchFolder());
    await audit.close();
    await audit.close();
    await expect(audit.record(entry)).rejects.toMatchObject({ code: 'closed' });
  });

  it('is nothing to complain of where there is none', async () => {
    expect(await verifyAudit(await scratchFolder())).toMatchObject({ ok: true, entries: 0, signedThrough: 0 });
  });
});

describe('verifying the audit log', () => {
  it.each(['seq', 'time', 'actor', 'action', 'item', 'details', 'prev', 'hash'])(
    'finds the line whose %s was changed',
    async (field) => {
      const home = await homeWithLog();
      const lines = await linesOf(home);
      const record = JSON.parse(lines[3]!) as Record<string, unknown>;
      const value = record[field];
      const changed = typeof value === 'string' ? value.replace(/^./, (c) => (c === '0' ? '1' : '0')) : 99;
      lines[3] = JSON.stringify({ ...record, [field]: changed });
      await put(home, lines);
      expect(await verifyAudit(home)).toMatchObject({ ok: false, entries: 3, line: 4 });
    },
  );

  it('finds a line that was changed and given a fitting hash', async () => {
    const home = await homeWithLog();
    const other = await homeWithLog();
    const lines = await linesOf(home);
    lines[3] = (await linesOf(other))[3]!;
    await put(home, lines);
    expect(await verifyAudit(home)).toMatchObject({ line: 4, reason: 'it does not follow the record before it' });
  });

  it('finds a deleted line, lines in another order, and a doubled one', async () => {
    const home = await homeWithLog();
    const lines = await linesOf(home);
    await put(home, lines.toSpliced(2, 1));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 3, reason: 'record 3 is missing: this is 4' });
    await put(home, lines.with(2, lines[3]!).with(3, lines[2]!));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 3 });
    await put(home, lines.toSpliced(2, 0, lines[2]!));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 4 });
    await put(home, lines.slice(1));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 1 });
  });

  it('finds that the tail was cut off, the whole log too', async () => {
    const home = await homeWithLog();
    await put(home, (await linesOf(home)).slice(0, 5));
    const reason = 'record 7 was signed and is missing: the tail was cut off';
    expect(await verifyAudit(home)).toMatchObject({ ok: false, entries: 5, line: 6, reason });
    await rm(pathOf(home));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, entries: 0, line: 1, reason });
  });

  it('finds that the tail was cut off before the platform was started again', async () => {
    const home = await homeWithLog();
    await put(home, (await linesOf(home)).slice(0, 5));
    await (await open(home)).close();
    const reason = 'at this start record 7 had been signed, and the log ended with 5: its tail was cut off';
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 6, reason });
  });

  it('finds a head file that was removed, put back from another log or spoilt', async () => {
    const [home, other] = [await homeWithLog(), await homeWithLog()];
    const head = join(home, 'audit.head');
    await copyFile(join(other, 'audit.head'), head);
    const foreign = 'audit.head: it was signed with another key than audit.key';
    expect(await verifyAudit(home)).toMatchObject({ ok: false, reason: foreign });
    await writeFile(head, '{');
    expect(await verifyAudit(home)).toMatchObject({ ok: false, reason: 'audit.head is no signed head' });
    await rm(head);
    const missing = 'audit.head is missing, so a tail may have been cut off';
    expect(await verifyAudit(home)).toMatchObject({ ok: false, reason: missing });
  });

  it('finds a head that was replaced by one of another record or log, whoever holds no key', async () => {
    const home = await homeWithLog();
    const lines = await linesOf(home);
    const path = join(home, 'audit.head');
    const head = JSON.parse(await readFile(path, 'utf8')) as object;
    const { seq, hash } = JSON.parse(lines[3]!) as AuditRecord;
    await put(home, lines.slice(0, 4));
    await writeFile(path, JSON.stringify({ ...head, seq, hash }));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 5, reason: 'audit.head: its signature is wrong' });
    const forged = JSON.stringify({ ...head, seq, hash, signature: 'forged' });
    await writeFile(path, forged);
    expect(await verifyAudit(home)).toMatchObject({ ok: false, reason: 'audit.head: its signature is wrong' });
  });

  it('finds a log that was written anew with another key', async () => {
    const home = await homeWithLog();
    const key = await readFile(join(home, 'audit.key'));
    for (const name of ['audit.key', 'audit.log', 'audit.head']) await rm(join(home, name));
    await (await open(home)).close();
    await writeFile(join(home, 'audit.key'), key);
    const reason = 'it was signed with another key than audit.key';
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 2, reason });
    await rm(join(home, 'audit.key'));
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 2 });
  });
});

describe('an audit log that a crash left', () => {
  it('loses the torn line only, and says so', async () => {
    const home = await homeWithLog();
    await appendFile(pathOf(home), '{"seq":8,"time":');
    expect(await verifyAudit(home)).toMatchObject({ ok: true, entries: 7, unfinished: 16 });
    await (await open(home)).close();
    const torn = JSON.parse((await linesOf(home))[7]!) as AuditRecord;
    expect(torn).toMatchObject({ action: 'audit.torn', details: { bytes: 16, text: '{"seq":8,"time":' } });
    expect(await verifyAudit(home)).toMatchObject({ ok: true, entries: 10, unfinished: 0 });
  });

  it('goes on behind a damaged last line, which stays a fault', async () => {
    const home = await homeWithLog();
    await appendFile(pathOf(home), 'noise\n');
    const audit = await open(home);
    await audit.record(entry);
    await audit.close();
    expect(await linesOf(home)).toHaveLength(11);
    expect(await verifyAudit(home)).toMatchObject({ ok: false, line: 8, reason: 'it does not end with a hash' });
  });

  it('never replaces a key it cannot read', async () => {
    const home = await homeWithLog();
    await writeFile(join(home, 'audit.key'), 'no key');
    await expect(open(home)).rejects.toMatchObject({ code: 'audit-key-invalid' });
    expect(await readFile(join(home, 'audit.key'), 'utf8')).toBe('no key');
  });

  it('has every record that was acknowledged before a kill, and verifies after the next start', async () => {
    const home = await scratchFolder();
    for (let round = 0; round < 3; round++) {
      const child = startChild('audit-writer', [home]);
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.split('\n').length > 10) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const acknowledged = Math.max(...text.split('\n').slice(0, -1).map(Number));
      const audit = await open(home);
      expect(audit.head.seq).toBeGreaterThan(acknowledged);
      await audit.close();
      expect(await verifyAudit(home)).toMatchObject({ ok: true });
    }
  });

  it('may be torn at any byte', async () => {
    const home = await homeWithLog();
    const { size } = await stat(pathOf(home));
    await rm(join(home, 'audit.head'));
    await put(home, (await linesOf(home)).slice(0, 6));
    const whole = (await stat(pathOf(home))).size;
    expect(whole).toBeLessThan(size);
    const text = await readFile(pathOf(home));
    for (let cut = whole - 1; cut > whole - 300; cut -= 37) {
      await writeFile(pathOf(home), text);
      await truncate(pathOf(home), cut);
      await (await open(home)).close();
      expect(await verifyAudit(home), `cut at ${cut}`).toMatchObject({ ok: true });
      await rm(join(home, 'audit.head'));
    }
  });
});
