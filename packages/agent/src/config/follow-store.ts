import { VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import type { LayeredConfig } from '../agent-config.ts';
import type { AgentHealth } from '../health.ts';

const WHAT = 'the configuration "config" of the configuration store';

/**
 * Makes an agent's values follow what the store holds under `config`. What does not fit is logged and told as BAD
 * health with the reason, and the old values stay; what fits again takes that back.
 */
export function followStore(config: LayeredConfig, health: AgentHealth, log: Logger): (read: () => unknown) => void {
  return (read) => {
    try {
      const contents = read();
      config.takeStored(contents, WHAT);
      // Keys alone: values may be secrets.
      log.info('the configuration follows the store', { keys: Object.keys(contents ?? {}) });
      health.setRefusedConfig(undefined);
    } catch (error) {
      const reason = error instanceof VipError ? error.line : String(error);
      log.error('a configuration was refused, and the old values stay', { reason });
      health.setRefusedConfig(reason);
    }
  };
}
