import { runWithConfig, ticks } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { metadataOf } from './points.ts';
import { readRows } from './read-rows.ts';
import type { Row } from './row.ts';

export interface ReplayConfig {
  readonly topic: string;
  readonly rate: number;
  readonly paused: boolean;
  readonly file?: string;
}

/** Rows on their way to the platform; more wait for it, and miss their turns. */
const MAX_OUTSTANDING = 500;

/** The readings that come with the agent. */
export const unitData = new URL('../data/ahu-one-minute-2014.csv', import.meta.url);

/** Publishes row after row, so many a second, stamped with the present. */
export function replay(context: AgentContext<ReplayConfig>): Promise<void> {
  return runWithConfig(context, ['topic', 'rate', 'file'], (signal) => publishRows({ ...context, signal }));
}

async function publishRows(context: AgentContext<ReplayConfig>): Promise<void> {
  const { vip, config, clock, signal } = context;
  vip.pubsub.ledger(config.topic);
  const turns = ticks(clock, 1000 / config.rate, signal);
  const rows = readRows(config.file ?? unitData);
  try {
    for (let turn = await turns.next(); turn.done !== true; turn = await turns.next()) {
      if (config.paused) continue;
      const row = await rows.next();
      if (row.done === true) return;
      const published = publishRow(context, row.value);
      if (vip.pubsub.outstanding >= MAX_OUTSTANDING) await published;
    }
  } finally {
    await rows.return();
  }
}

async function publishRow({ vip, config, log, signal }: AgentContext<ReplayConfig>, row: Row): Promise<void> {
  const headers = { SourceTime: row.sourceTime };
  try {
    await vip.pubsub.publishDevice(config.topic, row.values, metadataOf(Object.keys(row.values)), { headers });
  } catch (error) {
    if (!signal.aborted) log.error('a row could not be published', { ...headers, reason: String(error) });
  }
}
