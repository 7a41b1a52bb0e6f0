import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeInstanceConfig } from '@volttron-ts/auth';
import { readRabbitConfig, writeRabbitConfig } from '@volttron-ts/bus-rmq/broker';
import type { RabbitConfig } from '@volttron-ts/bus-rmq/broker';
import { FileUnreadableError, readFileIfThere, writeFileAtomic } from '@volttron-ts/storage';
import type { Terminal } from '../terminal.ts';

export interface SingleOptions {
  readonly home: string;
  /** A file in the form of rabbitmq_config.yml; asked for what it would say when not given. */
  readonly file: string | undefined;
  readonly terminal: Terminal;
}

const FILE = 'rabbitmq_config.yml';

/**
 * Makes RabbitMQ the bus of an instance: `rabbitmq_config.yml` and `message-bus` in its home. Everything on the broker, and
 * the certificates for it, the platform sees to when it starts. Throws InvalidValueError, FileUnreadableError,
 * EndOfInputError, before anything is written.
 */
export async function setUpRabbit({ home, file, terminal }: SingleOptions): Promise<void> {
  const path = join(home, FILE);
  const before = (await readFileIfThere(path)) ?? '';
  const config =
    file === undefined ? await ask(terminal, readRabbitConfig(before)) : readRabbitConfig(await read(file));
  const text = writeRabbitConfig(config, file === undefined ? before : await read(file));
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, text, { mode: 0o600 });
  await writeInstanceConfig(home, { 'message-bus': 'rmq' });
  const whose = config.isService ? `uses the broker at ${config.host}` : `keeps a broker of its own at ${config.host}`;
  terminal.write(`${path} is written. The platform ${whose}, port ${config.amqpPort}, from its next start on.\n`);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new FileUnreadableError(file, error);
  }
}

/** Asks, with what stands there by now as answers to an empty line. */
async function ask(terminal: Terminal, held: RabbitConfig): Promise<RabbitConfig> {
  const question = async (text: string, otherwise: string): Promise<string> =>
    (await terminal.ask(`${text} [${otherwise}]: `)) || otherwise;
  const isOwn = await terminal.agrees('Shall the platform keep a RabbitMQ broker of its own?');
  const host = await question('Name of the host of the broker, as other platforms call it', held.host);
  const amqpPort = await question('Port for AMQP over TLS', String(held.amqpPort));
  const managementPort = await question('Port of the management API over TLS', String(held.managementPort));
  const virtualHost = await question('Virtual host', held.virtualHost);
  const user = isOwn ? held.user : await question('Administrator of the broker', held.user ?? 'admin');
  const password = isOwn ? held.password : await terminal.askSecret('Password of the administrator: ');
  const answers = { host, 'amqp-port-ssl': amqpPort, 'mgmt-port-ssl': managementPort, 'virtual-host': virtualHost };
  const checked = readRabbitConfig(JSON.stringify(answers));
  return { ...checked, user, password, isService: !isOwn, rmqHome: held.rmqHome, nodeName: held.nodeName };
}
