import { X509Certificate } from 'node:crypto';
import type { CertificateDirectory, RemoteCertificate, RemoteCertificates } from '@volttron-ts/auth';
import { RmqConnection } from '@volttron-ts/bus-rmq';
import type { BrokerAddress } from '@volttron-ts/bus-rmq';
import { VipError } from '@volttron-ts/vip-core';
import type { BusConnection, Clock } from '@volttron-ts/vip-core';
import type { RabbitTarget } from '../dial.ts';
import { CertificateRequestError, NoCertificateError } from '../errors.ts';
import { awaitCertificate } from './await-certificate.ts';
import { requestCertificate } from './request-certificate.ts';

export interface RabbitDialOptions {
  readonly instanceName: string;
  /** Of the agent on its own platform. */
  readonly identity: string;
  readonly directory: CertificateDirectory;
  /** What other platforms gave this agent. */
  readonly certificates: RemoteCertificates;
  readonly clock: Clock;
  readonly random: () => number;
}

interface Held extends RemoteCertificate {
  readonly remoteInstance: string;
  readonly privateKey: string;
}

const AMQPS_PORT = 5671;

/**
 * The connection to a platform on RabbitMQ, as its user `<its name>.<own name>.<identity>`: by the certificate that it
 * gave, which is asked for until it is approved. See RabbitDial.
 */
export async function dialRabbit(target: RabbitTarget, options: RabbitDialOptions): Promise<BusConnection> {
  const { address, platform } = target;
  const held =
    platform === undefined
      ? await heldFor(address, options)
      : await ensureCertificate(target, platform['instance-name'], options);
  const { brokers, virtualHost } = brokerOf(platform?.['rmq-address'] ?? address);
  const [{ host } = { host: '' }] = brokers;
  return new RmqConnection({
    instance: held.remoteInstance,
    identity: target.identity,
    ...{ brokers, virtualHost, clock: options.clock, random: options.random },
    tls: {
      ca: platform?.['rmq-ca-cert'] ?? held.root,
      cert: held.certificate,
      key: held.privateKey,
      servername: host,
    },
  });
}

async function ensureCertificate(
  target: RabbitTarget,
  remoteInstance: string,
  options: RabbitDialOptions,
): Promise<Held> {
  const { instanceName, identity, clock, random, certificates, directory } = options;
  const held = target.asksAnew ? undefined : await read(remoteInstance, options);
  if (held !== undefined && isGood(held, clock)) return held;
  const { address, rootCertificate, signal, waiting } = target;
  waiting('requesting');
  const answer = await awaitCertificate({
    ask: () =>
      requestCertificate({
        ...{ address, rootCertificate, instanceName, identity, directory, certificates, signal },
        now: () => clock.now(),
      }),
    waiting: (why) => {
      if (why instanceof VipError) waiting('failed', why);
      else
        waiting(
          'pending',
          new VipError('pending', `The certificate of ${why.name} waits for approval.`, approval(why.name)),
        );
    },
    ...{ clock, random, signal },
  });
  const privateKey = (await directory.readKey(keyNameOf(options))) ?? '';
  return { certificate: answer.certificate, root: answer.root, remoteInstance, privateKey };
}

const approval = (name: string): { item: string; value: string; remedy: string } => ({
  item: 'certificate request',
  value: name,
  remedy: `Ask the operator of that platform to approve it: vctl auth remote approve ${name}`,
});

const keyNameOf = ({ instanceName, identity }: RabbitDialOptions): string => `${instanceName}.${identity}`;

async function read(remoteInstance: string, options: RabbitDialOptions): Promise<Held | undefined> {
  const { certificates, directory } = options;
  const found = await certificates.read(`${remoteInstance}.${keyNameOf(options)}`, remoteInstance);
  const privateKey = await directory.readKey(keyNameOf(options));
  return found === undefined || privateKey === undefined ? undefined : { ...found, remoteInstance, privateKey };
}

function isGood({ certificate }: Held, clock: Clock): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) > clock.now();
}

/** The certificate for a broker of which only the address is known: its platform's, or the only one there is. */
async function heldFor(address: string, options: RabbitDialOptions): Promise<Held> {
  const issuers = await options.certificates.issuers();
  const [{ host, port } = { host: '', port: 0 }] = brokerOf(address).brokers;
  const issuer =
    issuers.find(({ broker }) => broker === `${host}:${port}`) ?? (issuers.length === 1 ? issuers[0] : undefined);
  const held = issuer === undefined ? undefined : await read(issuer.remoteInstance, options);
  if (held === undefined) throw new NoCertificateError(address, options.certificates.folder);
  return held;
}

function brokerOf(address: string): { readonly brokers: readonly BrokerAddress[]; readonly virtualHost: string } {
  const url = URL.parse(address);
  if (url?.protocol !== 'amqps:') {
    const remedy = 'Ask its operator to turn TLS on (ssl in rabbitmq_config.yml).';
    throw new CertificateRequestError(address, 'its broker is not secured by TLS', remedy);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? AMQPS_PORT : Number(url.port);
  return { brokers: [{ host, port }], virtualHost: decodeURIComponent(url.pathname.slice(1)) || 'volttron' };
}
