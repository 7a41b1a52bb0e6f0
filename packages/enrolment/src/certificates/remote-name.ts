import { NameRefusedError } from './errors.ts';

/** Words that identities of a platform's own services begin with (design §4.2). */
const OWN = ['platform', 'control', 'config', 'keydiscovery', 'zmq', 'instance', 'router', 'pubsub'];

/**
 * A remote agent is `<this instance>.<its instance>.<its identity>`. Identities hold dots, too: what reads like one of
 * this instance's own services would be taken for it.
 *
 * @throws NameRefusedError
 */
export function checkRemoteName(name: string, instanceName: string): void {
  const [instance, ...identity] = name.slice(instanceName.length + 1).split('.');
  const remedy = `Ask for "${instanceName}.<name of your instance>.<identity of the agent>".`;
  if (!name.startsWith(`${instanceName}.`)) {
    throw new NameRefusedError(name, `it does not begin with "${instanceName}."`, remedy);
  }
  if (instance === undefined || instance === '' || identity.length === 0 || identity.includes('')) {
    throw new NameRefusedError(name, 'it does not name an agent of another instance', remedy);
  }
  if (OWN.includes(instance)) {
    throw new NameRefusedError(name, `it is a name of this instance's own services`, remedy);
  }
}
