import { connectJournalTap, openJournal } from '../../src/index.ts';
import { reading } from '../readings.ts';

const [, , path = ''] = process.argv;
const journal = await openJournal({
  path,
  instance: 'A',
  onCrash: (error) => {
    throw error;
  },
});
const tap = await connectJournalTap(journal.tapPort());
for (let n = 1; ; n++) {
  tap.capture(reading(n), () => process.stdout.write(`${n}\n`));
  if (n % 10 === 0) await new Promise(setImmediate);
}
