import { hostname } from 'node:os';
import { runWithConfig, ticks } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { lookAtHost } from './look-at-host.ts';
import { figureMetadata, figuresOf } from './sample.ts';

export interface MonitorConfig {
  readonly topic?: string;
  readonly interval: number;
  readonly disk: string;
  readonly paused: boolean;
}

/** The configured topic, else one named for this host. */
export const topicOf = ({ topic }: { readonly topic?: string }): string =>
  topic ?? `devices/${hostname().replaceAll(/[^A-Za-z0-9_.-]/g, '_')}/sysmon/all`;

/** Publishes the host's figures at each interval; the first after one interval, which the processor's share needs. */
export function monitor(context: AgentContext<MonitorConfig>): Promise<void> {
  return runWithConfig(context, ['topic', 'interval'], (signal) => publishFigures({ ...context, signal }));
}

async function publishFigures({ vip, config, clock, log, signal }: AgentContext<MonitorConfig>): Promise<void> {
  const topic = topicOf(config);
  vip.pubsub.ledger(topic);
  let before = await lookAtHost(config.disk);
  for await (const turn of ticks(clock, config.interval * 1000, signal)) {
    if (config.paused || turn === 0) continue;
    const now = await lookAtHost(config.disk);
    try {
      await vip.pubsub.publishDevice(topic, figuresOf(before, now), figureMetadata);
    } catch (error) {
      if (!signal.aborted) log.error('the figures could not be published', { topic, reason: String(error) });
    }
    before = now;
  }
}
