import { checker, decodeKey, encodeKey, parseAddress, parseLooseJson, t, VipError } from '@volttron-ts/vip-core';
import type { DiscoveryDocument } from '@volttron-ts/vip-core';

const asInstances = checker(t.Record(t.String(), t.Unknown()));
const asInstance = checker(
  t.Object({
    'instance-name': t.String({ minLength: 1, maxLength: 255 }),
    serverkey: t.String(),
    'vip-address': t.String(),
  }),
);

/** Another platform as its discovery describes it. */
export type ExternalInstance = Pick<DiscoveryDocument, 'instance-name' | 'serverkey' | 'vip-address'>;

/**
 * Reads the text of `external_platform_discovery.json` (reference/vip-zmq.md §2.8), platforms by their names. What
 * cannot be used is left out and named: the platform runs without it.
 */
export function readExternalInstances(text: string): { instances: ExternalInstance[]; problems: string[] } {
  const problems: string[] = [];
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      problems.push(`${what} is left out: ${error.line}`);
      return undefined;
    }
  };
  if (text.trim() === '') return { instances: [], problems };
  const what = 'external_platform_discovery.json';
  const table = attempt(what, () => asInstances(parseLooseJson(text), what)) ?? {};
  const instances = Object.entries(table).flatMap(([name, entry]) => {
    const instance = attempt(`The platform "${name}"`, () => readInstance(entry));
    return instance === undefined ? [] : [instance];
  });
  return { instances, problems };
}

function readInstance(entry: unknown): ExternalInstance {
  const instance = asInstance(entry, 'its entry');
  parseAddress(instance['vip-address']);
  return { ...instance, serverkey: encodeKey(decodeKey(instance.serverkey)) };
}
