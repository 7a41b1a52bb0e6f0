import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { InstanceConfigError, instanceOptions, readInstanceConfig, Secret, writeInstanceConfig } from '../src/index.ts';
import type { InstanceConfigOptions } from '../src/index.ts';
import { goldenHome, scratchFolder } from './scratch.ts';

async function homeWith(config: string): Promise<string> {
  const home = await scratchFolder();
  await writeFile(join(home, 'config'), config);
  return home;
}

const read = async (config: string, more: Omit<InstanceConfigOptions, 'home'> = {}) =>
  readInstanceConfig({ home: await homeWith(config), host: 'host', ...more });

async function problems(config: string, more: Omit<InstanceConfigOptions, 'home'> = {}): Promise<readonly string[]> {
  const error = await read(config, more).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InstanceConfigError);
  return (error as InstanceConfigError).problems;
}

const KEY = 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o';

describe("an instance's configuration", () => {
  it("is VOLTTRON 9's", async () => {
    const { settings, sources } = await readInstanceConfig({ home: await goldenHome('vhomeA') });
    expect(settings).toMatchObject({
      'instance-name': 'volttron-server',
      'message-bus': 'zmq',
      'vip-address': ['tcp://127.0.0.1:23916'],
      'bind-web-address': 'https://127.0.0.1:18443',
      'web-ssl-cert': '/srv/vtn/vhomeA/certificates/certs/platform.web-server.crt',
    });
    expect(sources).toMatchObject({ 'instance-name': 'config', 'allow-auth': 'default' });
  });

  it('has defaults without any file', async () => {
    const home = await scratchFolder();
    const { settings, sources } = await readInstanceConfig({ home, host: 'building7' });
    expect(settings).toMatchObject({
      'vip-address': [],
      'vip-local-address': `ipc://@${home}/run/vip.socket`,
      'instance-name': 'building7',
      'message-bus': 'zmq',
      'allow-auth': true,
      'setup-mode': false,
      'enable-csr': false,
      'certificate-plugins': ['instance-ca'],
      'agent-monitor-frequency': 600,
      autostart: true,
    });
    expect(settings['bind-web-address']).toBeUndefined();
    expect(new Set(Object.values(sources))).toEqual(new Set(['default']));
    expect(Object.keys(sources)).toEqual(Object.keys(instanceOptions));
  });

  it('is named for its first address when it has no name', async () => {
    const { settings } = await read('vip-address = tcp://1.2.3.4:1\nvip-address = tcp://1.2.3.4:2\n');
    expect(settings['instance-name']).toBe('tcp://1.2.3.4:1');
    expect(settings['vip-address']).toEqual(['tcp://1.2.3.4:1', 'tcp://1.2.3.4:2']);
  });

  it('prefers flags to the environment, that to the file, and says which it was', async () => {
    const config = 'instance-name = file\nmessage_bus = rmq\nvip-address = tcp://1.2.3.4:1\n';
    const { settings, sources } = await read(config, {
      environment: { VOLTTRON_INSTANCE_NAME: 'environment', VOLTTRON_VIP_ADDRESS: 'tcp://1.2.3.4:2' },
      flags: { vip_address: ['tcp://1.2.3.4:3', 'tcp://1.2.3.4:4'] },
    });
    expect(settings).toMatchObject({
      'vip-address': ['tcp://1.2.3.4:3', 'tcp://1.2.3.4:4'],
      'instance-name': 'environment',
      'message-bus': 'rmq',
    });
    expect(sources).toMatchObject({
      'vip-address': 'flag',
      'instance-name': 'environment',
      'message-bus': 'config',
      autostart: 'default',
    });
  });

  it('passes over the file with SKIP_VOLTTRON_CONFIG', async () => {
    const { settings } = await read('nonsense = 1\n', { environment: { SKIP_VOLTTRON_CONFIG: '' } });
    expect(settings['instance-name']).toBe('host');
  });

  it('reads every key', async () => {
    const { settings, sources } = await read(
      `
[volttron]
vip-address = tcp://127.0.0.1:22916
vip-local-address = ipc://@$VOLTTRON_HOME/run/x
instance-name = "a name"   # comment
message-bus: zmq
bind-web-address https://0.0.0.0:8443
web-ssl-cert = ~/c.pem
web-ssl-key = \${KEYS}/k.pem
web-ca-cert = $UNKNOWN/ca.pem
web-secret-key = 0123456789abcdef
enable-csr
certificate-plugins = "manual, instance-ca"
grpc-gateway-address = [::1]:8025
volttron-central-address = tcp://vc:22916
volttron-central-serverkey = ${KEY}
volttron-central-rmq-address = amqps://vc:5671
allow-auth = False
setup-mode
agent-monitor-frequency = 30
agent-isolation-mode = True
shared-agents = "sysmon, listener"
no-autostart
log = /var/log/v.log
log-config = l.py
log-level = a:INFO
log-level = b:DEBUG
verbose
quiet = no
verboseness = DEBUG
monitor
msgdebug = off
show-config
publish-address = ipc://@x
subscribe-address = ipc://@y
`,
      { environment: { HOME: '/home/x', KEYS: '/keys' } },
    );
    expect(new Set(Object.values(sources))).toEqual(new Set(['config']));
    expect(settings).toMatchObject({
      'instance-name': 'a name',
      'shared-agents': ['sysmon', 'listener'],
      'enable-csr': true,
      'certificate-plugins': ['manual', 'instance-ca'],
      'grpc-gateway-address': '[::1]:8025',
      'vip-local-address': expect.stringMatching(/^ipc:\/\/@\/.*\/run\/x$/) as string,
      'web-ssl-cert': '/home/x/c.pem',
      'web-ssl-key': '/keys/k.pem',
      'web-ca-cert': '$UNKNOWN/ca.pem',
      'allow-auth': false,
      'setup-mode': true,
      'agent-monitor-frequency': 30,
      autostart: false,
      'log-level': ['a:INFO', 'b:DEBUG'],
      quiet: false,
      'volttron-central-serverkey': KEY,
    });
    expect(settings['web-secret-key']).toBeInstanceOf(Secret);
    expect(JSON.stringify(settings)).not.toContain('0123456789abcdef');
  });

  it.each(['enable-csr = True\n', 'enable-csr = True\nbind-web-address = http://127.0.0.1:8080\n'])(
    'refuses to take certificate requests without https: %j',
    async (text) => {
      expect(await problems(text)).toEqual([
        expect.stringContaining('"enable-csr" needs a "bind-web-address" with https'),
      ]);
    },
  );

  it('tells every problem at once, with its place', async () => {
    const found = await problems(
      'nonsense = 1\nmessage-bus = mqtt\nvip-address = ftp://x\nallow-auth = maybe\ninstance-name = "a\nautostart\nautostart\n',
      { flags: { 'agent-monitor-frequency': '-1', typo: 'x' }, environment: { VOLTTRON_BIND_WEB_ADDRESS: 'nowhere' } },
    );
    expect(found).toEqual([
      expect.stringContaining('line 5: a quote'),
      'line 1 of config: "nonsense" is no key',
      'line 7 of config: "autostart" is given twice',
      'flag --typo: "typo" is no key',
      'line 2 of config: "message-bus" is not valid: "mqtt" is none of zmq, rmq',
      expect.stringContaining('line 3 of config: "vip-address" is not valid:'),
      expect.stringContaining('line 4 of config: "allow-auth" is not valid: "maybe"'),
      expect.stringContaining('environment variable VOLTTRON_BIND_WEB_ADDRESS'),
      expect.stringContaining('flag --agent-monitor-frequency'),
    ]);
  });

  it('refuses halves: a certificate without its key, a central by tcp without its server key', async () => {
    expect(await problems('web-ssl-cert = /a\nvolttron-central-address = tcp://vc:1\n')).toHaveLength(2);
  });

  it('takes secrets from the file only, where other users cannot see them', async () => {
    expect(await problems('', { flags: { 'web-secret-key': 'hush' } })).toEqual([
      'flag --web-secret-key: "web-secret-key" is a secret, which only the config file may hold',
    ]);
    expect(await problems('', { environment: { VOLTTRON_WEB_SECRET_KEY: 'hush' } })).toHaveLength(1);
  });
});

it('writing name and bus back leaves the other lines alone', async () => {
  const home = await homeWith('# mine\n[volttron]\nvip-address = tcp://1.2.3.4:1 # first\n');
  await writeInstanceConfig(home, { 'instance-name': 'a', 'message-bus': 'zmq' });
  expect(await readFile(join(home, 'config'), 'utf8')).toBe(
    '# mine\n[volttron]\nvip-address = tcp://1.2.3.4:1 # first\ninstance-name = a\nmessage-bus = zmq\n',
  );
});
