import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRabbitConfig } from '@volttron-ts/bus-rmq/broker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { vcfg } from './support/vctl.ts';

async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'vcfg-rabbitmq-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

const configOf = async (home: string): Promise<ReturnType<typeof readRabbitConfig>> =>
  readRabbitConfig(await readFile(join(home, 'rabbitmq_config.yml'), 'utf8'));

describe('vcfg rabbitmq single', () => {
  it('takes a file in the form of Python, for the owner alone, and makes RabbitMQ the bus', async () => {
    const home = await makeHome();
    await writeFile(join(home, 'config'), '[volttron]\ninstance-name = campus\nmessage-bus = zmq\n');
    const file = join(home, 'given.yml');
    await writeFile(file, 'host: gateway\namqp-port-ssl: 15671\nreconnect-delay: 30\npass: secret\n');
    const { code, stdout } = await vcfg(['rabbitmq', 'single', '--home', home, '--config', file]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${join(home, 'rabbitmq_config.yml')} is written. The platform keeps a broker of its own at gateway, port 15671, from its next start on.\n`,
    });
    expect(await configOf(home)).toMatchObject({ host: 'gateway', amqpPort: 15_671, password: 'secret' });
    expect(await readFile(join(home, 'rabbitmq_config.yml'), 'utf8')).toContain('reconnect-delay: 30');
    expect((await stat(join(home, 'rabbitmq_config.yml'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(home, 'config'), 'utf8')).toBe(
      '[volttron]\ninstance-name = campus\nmessage-bus = rmq\n',
    );
  });

  it('asks for what no file says', async () => {
    const home = await makeHome();
    const answers = ['n', 'broker.example', '5681', '', 'site', 'root', 'secret', ''].join('\n');
    const { code } = await vcfg(['rabbitmq', 'single', '--home', home], answers);
    expect(code).toBe(0);
    expect(await configOf(home)).toMatchObject({
      ...{ host: 'broker.example', amqpPort: 5681, managementPort: 15_671, virtualHost: 'site' },
      ...{ user: 'root', password: 'secret', isService: true },
    });
  });

  it.each([
    ['y\nhost\n70000\n15671\nv\n', 'rabbitmq_config.yml: amqp-port-ssl "70000" is no port.'],
    ['y\n', 'The input ended at the question'],
  ])('writes nothing after the answers %j', async (answers, message) => {
    const home = await makeHome();
    const { code, stderr } = await vcfg(['rabbitmq', 'single', '--home', home], answers);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
    await expect(readFile(join(home, 'rabbitmq_config.yml'))).rejects.toThrow('ENOENT');
    await expect(readFile(join(home, 'config'))).rejects.toThrow('ENOENT');
  });

  it('names a file that is missing, and one that is none', async () => {
    const home = await makeHome();
    const missing = await vcfg(['rabbitmq', 'single', '--home', home, '--config', join(home, 'x.yml')]);
    expect(missing.stderr).toContain(join(home, 'x.yml'));
    await writeFile(join(home, 'x.yml'), 'ssl: false\n');
    const plain = await vcfg(['rabbitmq', 'single', '--home', home, '--config', join(home, 'x.yml')]);
    expect(plain.stderr).toContain('ssl');
    expect([missing.code, plain.code]).toEqual([74, 2]);
  });
});
