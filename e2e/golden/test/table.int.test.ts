import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentCases } from '../src/agent-cases.ts';
import { assignments } from '../src/assignments.ts';
import { goldenFiles } from '../src/golden-files.ts';
import { routerCases } from '../src/router-cases.ts';
import { golden, matcher, rowsOf } from '../src/table.ts';

const root = join(import.meta.dirname, '../../..');
const rows = rowsOf(goldenFiles(), assignments);

describe('the table of golden files', () => {
  it('has exactly one row for each file', () => {
    expect(rows.filter(({ assignments: found }) => found.length !== 1).map(({ file }) => file)).toEqual([]);
    expect(rows.length).toBeGreaterThan(370);
  });

  it('has no pattern that no file matches', () => {
    const patterns = assignments.flatMap(({ files }) => files);
    expect(patterns.filter((pattern) => !goldenFiles().some(matcher(pattern)))).toEqual([]);
  });

  it('names tests that exist', () => {
    const tests = assignments.flatMap((assignment) => (assignment.kind === 'issue' ? [] : assignment.by));
    const missing = tests.filter(({ file, name }) => {
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(`'${name}'`);
    });
    expect(missing).toEqual([]);
  });

  it('names the test of every scenario that is played', () => {
    const played = [...routerCases, ...agentCases].map(({ file }) => file);
    const said = assignments.flatMap(({ kind, files }) => (kind === 'issue' ? [] : files));
    expect(played.filter((file) => !said.includes(file))).toEqual([]);
  });

  it('is docs/golden.md, as make-table writes it', () => {
    expect(readFileSync(join(root, 'docs/golden.md'), 'utf8')).toBe(golden(rows));
  });
});
