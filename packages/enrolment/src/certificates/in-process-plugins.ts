import type { CertificatePlugin, Json, OrderMeta } from '@volttron-ts/pki';

import type { PluginCall, PluginOutcome, PluginRunner } from './plugin-runner.ts';

/** Runs trusted plugins in this process, without limits. */
export class InProcessPlugins implements PluginRunner {
  readonly #plugins: ReadonlyMap<string, CertificatePlugin>;

  /** @param plugins by name, in the order in which they are asked */
  constructor(plugins: Readonly<Record<string, CertificatePlugin>>) {
    this.#plugins = new Map<string, CertificatePlugin>(Object.entries(plugins));
  }

  get names(): readonly string[] {
    return [...this.#plugins.keys()];
  }

  async supports(plugin: string, orderMeta: OrderMeta): Promise<boolean> {
    const asked = this.#plugins.get(plugin);
    return asked !== undefined && (await asked.supports(orderMeta));
  }

  async call(call: PluginCall): Promise<PluginOutcome> {
    const { plugin, method, order } = call;
    const pluginMeta = structuredClone(order.pluginMeta) as Record<string, Json>;
    const called = this.#plugins.get(plugin);
    if (called === undefined) return { kind: 'interrupted', message: `there is no plugin "${plugin}"` };
    try {
      const result = await called[method]({
        ...order,
        pluginMeta,
        save: () => call.save(pluginMeta),
        signal: new AbortController().signal,
      });
      return { kind: 'result', result, pluginMeta };
    } catch (error) {
      return { kind: 'thrown', message: error instanceof Error ? error.message : String(error), pluginMeta };
    }
  }
}
