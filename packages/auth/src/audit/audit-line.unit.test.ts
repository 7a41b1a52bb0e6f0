import { describe, expect, it } from 'vitest';

import { decodeAuditLine, encodeAuditLine, GENESIS } from './audit-line.ts';

const entry = { actor: 'control.connection', action: 'auth_file.add', item: 'meter', details: { key: 'k"é\u2028' } };
const time = '2026-01-01T00:00:00.000Z';

describe('a line of the audit log', () => {
  it('reads back as it was written, on one line, whatever stands in it', () => {
    const { line, head } = encodeAuditLine({ ...entry, item: 'two\nlines' }, time, GENESIS);
    expect(line).not.toContain('\n');
    const record = { ...entry, item: 'two\nlines', ...head, time, prev: GENESIS.hash };
    expect(decodeAuditLine(line)).toEqual(record);
  });

  it('follows the one before it', () => {
    const first = encodeAuditLine(entry, time, GENESIS);
    const second = encodeAuditLine(entry, time, first.head);
    expect(decodeAuditLine(second.line)).toMatchObject({ seq: 2, prev: first.head.hash });
    expect(second.head.hash).not.toBe(first.head.hash);
  });

  it.each(['{}', '', 'x', '[]', `{"seq":1,"hash":"${GENESIS.hash}"}`])('is not read from %j', (line) => {
    expect(decodeAuditLine(line)).toHaveProperty('reason');
  });

  it('shows a change of any single character', () => {
    const { line } = encodeAuditLine(entry, time, GENESIS);
    for (let at = 0; at < line.length; at++) {
      const other = line[at] === 'x' ? 'y' : 'x';
      expect(decodeAuditLine(`${line.slice(0, at)}${other}${line.slice(at + 1)}`), `at ${at}`).toHaveProperty('reason');
    }
  });

  it('keeps the hash of details that are too large, and the beginning of texts that are too long', () => {
    const details = { text: 'x'.repeat(100_000) };
    const { line } = encodeAuditLine({ ...entry, item: 'i'.repeat(5000), details }, time, GENESIS);
    expect(line.length).toBeLessThan(2000);
    const length = JSON.stringify(details).length;
    expect(decodeAuditLine(line)).toMatchObject({ details: { omitted: length }, item: `${'i'.repeat(1024)}…` });
  });
});
