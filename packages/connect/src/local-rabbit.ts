import { join } from 'node:path';
import { CertificateDirectory } from '@volttron-ts/auth';
import { RmqConnection } from '@volttron-ts/bus-rmq';
import { readRabbitConfig } from '@volttron-ts/bus-rmq/broker';
import { rootFileName } from '@volttron-ts/pki';
import { readFileIfThere } from '@volttron-ts/storage';
import type { BusConnection, Clock } from '@volttron-ts/vip-core';

export interface LocalRabbitOptions {
  readonly home: string;
  readonly instance: string;
  readonly identity: string;
  readonly clock: Clock;
}

/**
 * The connection of an agent to its own platform on RabbitMQ, by the certificate that the platform made for it; undefined
 * for one that has none, which is a peer by ZMQ. Throws InvalidValueError for the file of the broker.
 */
export async function connectLocalRabbit(options: LocalRabbitOptions): Promise<BusConnection | undefined> {
  const { home, instance, identity, clock } = options;
  const directory = new CertificateDirectory(home);
  const pair = await directory.read(`${instance}.${identity}`);
  const root = await directory.readCertificate(rootFileName(instance));
  const text = await readFileIfThere(join(home, 'rabbitmq_config.yml'));
  if (pair === undefined || root === undefined || text === undefined) return undefined;
  const { host, amqpPort, virtualHost, isService } = readRabbitConfig(text);
  return new RmqConnection({
    ...{ instance, identity, virtualHost, clock },
    // A broker of the platform's own is on this host.
    brokers: [{ host: isService ? host : '127.0.0.1', port: amqpPort }],
    tls: { ca: root, cert: pair.certificate, key: pair.privateKey, servername: host },
  });
}
