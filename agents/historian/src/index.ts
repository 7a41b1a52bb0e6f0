/** Stores the journal in the tables of the Python SQL historian and answers queries. @packageDocumentation */
import { resolve } from 'node:path';
import { defineAgent, runWithConfig, t } from '@volttron-ts/agent';
import type { AgentContext, Static } from '@volttron-ts/agent';
import { openHistoryStore } from '@volttron-ts/history';
import { exportQueries } from './query-methods.ts';
import { storeHistory } from './store-history.ts';

const config = t.Object({
  connection: t.Object(
    {
      type: t.Literal('sqlite', { description: 'kind of database' }),
      params: t.Object(
        {
          database: t.String({ minLength: 1, description: 'path of the SQLite file, from the folder for data on' }),
          timeout: t.Optional(t.Number({ description: 'accepted as Python has it; nothing waits for a lock here' })),
        },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  ),
});
type HistorianConfig = Static<typeof config>;

export default defineAgent({
  name: 'historian',
  version: '4.0.0',
  config,
  run: (context) => runWithConfig(context, ['connection'], (signal) => keepHistory({ ...context, signal })),
});

/** Until the signal aborts, in the store that the configuration names now. */
async function keepHistory(context: AgentContext<HistorianConfig>): Promise<void> {
  const { vip, config, log, dataFolder, stop } = context;
  const path = resolve(dataFolder, config.connection.params.database);
  const store = await openHistoryStore({
    path,
    onCrash: (error) => {
      log.error('the history store ended', { path, reason: error.message });
      stop();
    },
  });
  try {
    exportQueries(vip.rpc, store);
    await storeHistory(context, store);
  } finally {
    await store.close();
  }
}
