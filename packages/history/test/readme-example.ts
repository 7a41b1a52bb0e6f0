import { connectJournalTap, openHistoryStore, openJournal } from '../src/index.ts';

const onCrash = (error: Error): void => {
  console.error(error.message);
};
const folder = process.env['EXAMPLE_FOLDER'] ?? '.';
const journal = await openJournal({ path: `${folder}/journal.sqlite`, instance: 'campus', onCrash });
const tap = await connectJournalTap(journal.tapPort()); // in the router's thread
const body = Buffer.from('{"bus":"","headers":{},"message":[{"SupplyAirTemp":55.0},{}]}');
await new Promise((kept) => tap.capture({ user: 'driver', topic: 'devices/ahu1/all', body, id: undefined }, kept));

const store = await openHistoryStore({ path: `${folder}/historian.sqlite`, onCrash });
const batch = await journal.read({ cursor: 'historian', prefixes: [], maxBytes: 1_000_000, waitMs: 1000 });
const answer = await store.insert(batch); // or another journal's append
if (answer.kind === 'through') {
  await journal.commit({ cursor: 'historian', epoch: batch.span.epoch, through: answer.through });
}
export const result = await store.query({ topic: 'ahu1/SupplyAirTemp', start: 'now -1h' });
await Promise.all([store.close(), journal.close()]);
