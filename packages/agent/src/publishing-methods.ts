import { t } from '@volttron-ts/vip-core';
import type { MethodDefinition } from './define-agent.ts';
import type { AcknowledgedLedger } from './pubsub/ledger.ts';

/** What a publisher has published, by its own count. */
export interface PublishingCounts extends AcknowledgedLedger {
  readonly paused: boolean;
  /** Publications that the platform has not answered. */
  readonly outstanding: number;
}

const DRAIN_MS = 10_000;
const none = t.Tuple([]);
/** A publisher that is paused publishes nothing any more: for operators. */
const guarded = { requires: 'manage_agents', openToPlatform: true } as const;

type Method<Config> = MethodDefinition<Config, typeof none>;

/**
 * `publishing.pause` and `publishing.counts` for an agent whose loop looks at `paused` of its configuration: what was
 * acknowledged can be compared with what was stored. `prefixOf` names the topics that count. Callers need the
 * capability `manage_agents`, or are the platform's own.
 */
export function publishingMethods<Config extends { readonly paused: boolean }>(
  prefixOf: (config: Config) => string,
): { readonly 'publishing.pause': Method<Config>; readonly 'publishing.counts': Method<Config> } {
  const counts: Method<Config>['call'] = (_args, { vip, config }): PublishingCounts => ({
    ...vip.pubsub.ledger(prefixOf(config)).acknowledged(),
    paused: config.paused,
    outstanding: vip.pubsub.outstanding,
  });
  return {
    'publishing.counts': { ...guarded, params: none, description: 'What was acknowledged so far.', call: counts },
    'publishing.pause': {
      ...guarded,
      params: none,
      description: 'Stops publishing, waits for what is outstanding, answers what was acknowledged.',
      call: async (args, context) => {
        await context.config.update({ ...context.config, paused: true });
        await context.vip.pubsub.drain(DRAIN_MS);
        return counts(args, context);
      },
    },
  };
}
