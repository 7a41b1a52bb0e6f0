import { pause } from '@volttron-ts/agent';
import type { AgentContext, JournalBatch, JournalReader } from '@volttron-ts/agent';
import type { HistoryStore } from '@volttron-ts/history';

/** The historian's place in the journal. */
const CURSOR = 'history';

/** The most that one transaction takes. */
const BATCH_BYTES = 4 << 20;
/** How long records gather after a batch that was not full, ms. */
const GATHER_MS = 200;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;

/**
 * Moves the journal into the store: everything that is there in one transaction, then a short rest in which the next
 * records gather. The store's own mark decides what is new; the cursor only says what the journal may let go of.
 */
export async function storeHistory(context: AgentContext<unknown>, store: HistoryStore): Promise<void> {
  const { vip, clock, signal } = context;
  const onProblem = (problem: Error | undefined): void => {
    if (problem === undefined) vip.health.setStatus('GOOD', 'storing');
    else vip.health.setStatus('BAD', `not reading: ${problem.message}`);
  };
  const reader = vip.journal.read(CURSOR, { maxBytes: BATCH_BYTES, signal, onProblem });
  for await (const batch of reader) {
    if (!(await storeBatch(context, store, reader, batch))) continue;
    if (batch.records.length < BATCH_BYTES / 2) await pause(clock, GATHER_MS, signal);
  }
}

/** Answers whether the batch is stored; otherwise the reader begins where the store does. */
async function storeBatch(
  { vip, clock, log, signal }: AgentContext<unknown>,
  store: HistoryStore,
  reader: JournalReader,
  batch: JournalBatch,
): Promise<boolean> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const answer = await store.insert(batch);
      if (answer.kind === 'gap') {
        log.warn('the store begins before the journal’s cursor', { epoch: answer.epoch, expected: answer.expected });
        reader.rewind({ epoch: answer.epoch, seq: answer.expected });
        return false;
      }
      await batch.commit();
      vip.health.setStatus('GOOD', 'storing');
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (failures === 0) log.error('a batch could not be stored', { reason });
      vip.health.setStatus('BAD', `not storing: ${reason}`);
      await pause(clock, Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 10), LAST_RETRY_MS), signal);
    }
  }
  return false;
}
