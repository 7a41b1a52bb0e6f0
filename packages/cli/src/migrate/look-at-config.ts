import { instanceOptions, readInstanceConfig, writeInstanceConfig } from '@volttron-ts/auth';
import type { InstanceConfig, InstanceKey, InstanceSettings } from '@volttron-ts/auth';
import { ignore } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { rehearse } from './rehearse.ts';
import type { HomeLook } from './home-look.ts';

/** Settings of the original that ours reads and does not heed. */
const UNHEEDED: Partial<Record<InstanceKey, string>> = {
  log: 'the log goes to the errors of the process',
  'log-config': 'the log goes to the errors of the process',
  'log-level': 'one level holds for all; volttron -v and -vv',
  verboseness: 'volttron -v and -vv',
  quiet: 'without -v only warnings are logged',
  monitor: 'sockets are not traced',
  msgdebug: 'messages are not traced',
  'web-ca-cert': 'web-ssl-cert may hold the whole chain',
  'web-secret-key': 'web sessions are signed with web-session-secret',
  'volttron-central-rmq-address': 'RabbitMQ is not spoken',
  'publish-address': 'nobody speaks VOLTTRON 2 any more',
  'subscribe-address': 'nobody speaks VOLTTRON 2 any more',
};

/** Rehearses what the platform does to `config`. Throws InstanceConfigError, FileUnreadableError. */
export async function lookAtConfig(
  look: HomeLook,
): Promise<{ readonly settings: InstanceSettings; readonly items: readonly HomeItem[] }> {
  const { home, copies, environment } = look;
  const config = await readInstanceConfig({ home, environment });
  const { settings } = config;
  const name = settings['instance-name'];
  const item = await rehearse(look, 'config', async () => {
    await writeInstanceConfig(copies, { 'instance-name': name, 'message-bus': settings['message-bus'] });
    const written = `instance-name = ${name} and message-bus = ${settings['message-bus']} are written`;
    return { created: written, changed: `${written}, as by the original`, used: `instance ${name}` };
  });
  return { settings, items: [item, ...unheeded(config), ...otherwise(settings)] };
}

function unheeded({ sources }: InstanceConfig): HomeItem[] {
  const keys = Object.keys(instanceOptions) as InstanceKey[];
  return keys.flatMap((key) => {
    const why = UNHEEDED[key];
    return why === undefined || sources[key] === 'default' ? [] : [ignore('config', `${key}: ${why}`)];
  });
}

/** Settings with which a platform of the original behaved in a way that ours does not have. */
function otherwise(settings: InstanceSettings): HomeItem[] {
  const items: HomeItem[] = [];
  if (settings['message-bus'] === 'rmq') {
    const note = 'message-bus = rmq: the broker of rabbitmq_config.yml is used; agents of this host meet on zmq';
    items.push(ignore('config', note));
  }
  if (!settings['allow-auth']) items.push(ignore('config', 'allow-auth: peers authenticate always'));
  if (settings['setup-mode']) {
    items.push(ignore('config', 'setup-mode: an unknown key always waits for vctl auth remote approve'));
  }
  if (settings['agent-isolation-mode']) {
    items.push(ignore('config', "agent-isolation-mode: agents run as the platform's user"));
  }
  return items;
}
