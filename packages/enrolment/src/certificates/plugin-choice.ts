import type { OrderMeta } from '@volttron-ts/pki';
import type { Logger } from '@volttron-ts/vip-core';

import { PluginMissingError } from './errors.ts';
import type { PluginRunner } from './plugin-runner.ts';

export interface PluginChoice {
  readonly plugins: PluginRunner;
  readonly log: Logger;
}

/** The first configured plugin that supports an order. Throws PluginMissingError. */
export async function choosePlugin(
  { plugins, log }: PluginChoice,
  name: string,
  orderMeta: OrderMeta,
): Promise<string> {
  for (const plugin of plugins.names) {
    try {
      if (await plugins.supports(plugin, orderMeta)) return plugin;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error(`The certificate plugin "${plugin}" could not say whether it supports the order: ${why}`);
    }
  }
  throw new PluginMissingError(name, plugins.names);
}
