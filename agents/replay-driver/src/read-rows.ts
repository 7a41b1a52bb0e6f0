import { open } from 'node:fs/promises';
import { EmptyFileError } from './errors.ts';
import { RowReader } from './row.ts';
import type { Row } from './row.ts';

/** The rows of a file, over and over; read as they are taken. Throws EmptyFileError when there are none. */
export async function* readRows(path: string | URL): AsyncGenerator<Row, void, undefined> {
  for (;;) {
    await using file = await open(path);
    let reader: RowReader | undefined;
    let count = 0;
    for await (const line of file.readLines()) {
      if (reader === undefined) {
        reader = new RowReader(line);
        continue;
      }
      const row = reader.read(line);
      if (row === undefined) continue;
      count++;
      yield row;
    }
    if (count === 0) throw new EmptyFileError(String(path));
  }
}
