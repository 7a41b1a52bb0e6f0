import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assignments } from './assignments.ts';
import { goldenFiles } from './golden-files.ts';
import { golden, rowsOf } from './table.ts';

/** Writes docs/golden.md anew. */
writeFileSync(join(import.meta.dirname, '../../../docs/golden.md'), golden(rowsOf(goldenFiles(), assignments)));
