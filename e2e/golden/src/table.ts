import type { Assignment, TestName } from './assignment.ts';

export interface Row {
  readonly file: string;
  readonly assignments: readonly Assignment[];
}

/** Every golden file with what is said of it: exactly one assignment, when all is well. */
export function rowsOf(files: readonly string[], assignments: readonly Assignment[]): Row[] {
  const patterns = assignments.map((assignment) => ({ assignment, matches: assignment.files.map(matcher) }));
  return files.map((file) => ({
    file,
    assignments: patterns
      .filter(({ matches }) => matches.some((match) => match(file)))
      .map(({ assignment }) => assignment),
  }));
}

/** `*` stands for any text. */
export function matcher(pattern: string): (file: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (file) => expression.test(file);
}

const issues: Readonly<Record<number, string>> = { 3: 'B', 4: 'C', 5: 'D', 6: 'E', 7: 'F', 8: 'G', 9: 'H' };

const cited = (tests: readonly TestName[]): string =>
  tests.map(({ file, name }) => `\`${file}\` "${name.replaceAll('|', '\\|')}"`).join(', ');

function cells({ file, assignments: [assignment] }: Row): string[] {
  switch (assignment?.kind) {
    case undefined:
      return [`\`${file}\``, 'nobody', ''];
    case 'replayed':
      return [`\`${file}\``, 'replayed', cited(assignment.by)];
    case 'differs':
      return [`\`${file}\``, 'differs on purpose', `${assignment.because}: ${cited(assignment.by)}`];
    case 'issue':
      return [`\`${file}\``, `issue ${assignment.issue}`, `part ${issues[assignment.issue] ?? '?'}`];
  }
}

/** The page docs/golden.md. */
export function golden(rows: readonly Row[]): string {
  const count = (kind: Assignment['kind']): number =>
    rows.filter(({ assignments: [assignment] }) => assignment?.kind === kind).length;
  const sums = `${rows.length} files: ${count('replayed')} replayed, ${count('differs')} that differ on purpose, ${count('issue')} that belong to a later issue.`;
  const body = [['file', 'state', 'by'], ...rows.map(cells)];
  const widths = [0, 1, 2].map((column) => Math.max(...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rest] = body;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [
    '# Golden files',
    '',
    'What was captured from VOLTTRON 9.0.4 (`e2e/golden/volttron-9.0.4`), and what becomes of each file. Made by',
    '`e2e/golden/src/make-table.ts` from `e2e/golden/src/assignments.ts`; do not edit.',
    '',
    sums,
    '',
    line(head),
    rule,
    ...rest.map(line),
    '',
  ].join('\n');
}
