import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('../bin/volttron.js', import.meta.url));

/** How a platform on RabbitMQ with that `rabbitmq_config.yml` ends, which cannot start. */
async function startWith(config: string | undefined): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const home = await mkdtemp(join(tmpdir(), 'platform-rabbitmq-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await writeFile(join(home, 'config'), '[volttron]\ninstance-name = campus\nmessage-bus = rmq\n');
  if (config !== undefined) await writeFile(join(home, 'rabbitmq_config.yml'), config);
  const args = ['--conditions=@volttron-ts/source', program, '--home', home];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, _stdout, stderr) => {
      resolve({ code: error?.code, stderr: stderr.replaceAll(home, 'HOME') });
    });
  });
}

describe('a platform on RabbitMQ that cannot have its broker', () => {
  it.each<[what: string, config: string | undefined, code: number, says: string]>([
    ['which nothing names', undefined, 78, 'HOME/rabbitmq_config.yml does not say which broker to use: it is missing.'],
    ['whose file is malformed', 'amqp-port-ssl: x\n', 78, 'rabbitmq_config.yml: amqp-port-ssl "x" is no port.'],
    ['which is not installed', 'rmq-home: /nowhere\n', 69, 'There is no RabbitMQ in "/nowhere".'],
    [
      'of others, without a password',
      'rabbitmq-service: true\n',
      78,
      'does not say which broker to use: it has no pass.',
    ],
    [
      'of others, which is away',
      'rabbitmq-service: true\nhost: 127.0.0.1\nmgmt-port-ssl: 1\npass: x\n',
      69,
      "The broker's management API at https://127.0.0.1:1 does not answer",
    ],
  ])('ends with what is wrong: one %s', async (_what, config, code, says) => {
    const ended = await startWith(config);
    expect(ended.stderr).toContain(says);
    expect(ended.code).toBe(code);
  });
});
