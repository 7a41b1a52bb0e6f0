import { X509Certificate } from 'node:crypto';
import { CertificateDirectory } from '@volttron-ts/auth';
import { CallError, defaultsOf, startGateway } from '@volttron-ts/grpc';
import type { ChannelOptions, Peer } from '@volttron-ts/grpc';
import { rootFileName } from '@volttron-ts/pki';
import { watchFile } from '@volttron-ts/storage';
import { checkIdentity, isReservedIdentity } from '@volttron-ts/vip-core';
import { ensureCertificate } from '../own-certificates.ts';
import type { ServiceKit } from './kit.ts';

/** Larger messages are refused, as on the bus. */
const MAX_MESSAGE = 64 * 1024 * 1024;

/**
 * The gateway of `grpc-gateway-address`: whoever has a certificate that this platform approved is a peer of its bus, under the
 * name in it, with the rights of that name, for as long as it stands in `remote_certs`.
 */
export async function startGrpcGateway(kit: ServiceKit, target: string): Promise<string> {
  const { home, settings, clock, router } = kit;
  const instance = settings['instance-name'];
  const log = kit.log('volttron.platform.grpc');
  const directory = new CertificateDirectory(home);
  const name = `${instance}-grpc`;
  const host = target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  await ensureCertificate({ directory, instance, name, hosts: [...new Set([host, 'localhost'])], clock });
  const watched = new Map<string, () => void>();
  kit.part('the watch on certificates of gRPC callers', () => {
    for (const stop of watched.values()) stop();
    return Promise.resolve();
  });
  const gateway = await startGateway({
    options: optionsOf(directory, target, name, instance),
    admit: async (peer) => {
      const user = await userOf(directory, instance, peer);
      const certificate = `${instance}.${user}`;
      if (!watched.has(user)) {
        const check = (): void => {
          kit.unawaited(gateway.check(user), 'a gRPC caller could not be checked');
        };
        const failed = (error: Error): void => {
          log.warn('a withdrawn certificate will not end calls', { certificate, reason: error.message });
        };
        watched.set(user, watchFile(directory.remoteFile(certificate), clock, check, failed));
      }
      return user;
    },
    connect: (user) => router.connect(user, { trusted: false }),
    clock,
    log,
  });
  kit.part('the gRPC gateway', async () => gateway.stop(0));
  log.info('the gRPC gateway listens', { target: gateway.target });
  return gateway.target;
}

function optionsOf(directory: CertificateDirectory, target: string, name: string, instance: string): ChannelOptions {
  return {
    ...defaultsOf('server'),
    target,
    use_secure_connection: true,
    ssl_private_key: directory.keyFile(name),
    ssl_cert: directory.certificateFile(name),
    ssl_root_cert: directory.certificateFile(rootFileName(instance)),
    options: [
      ['grpc.max_receive_message_length', MAX_MESSAGE],
      ['grpc.max_send_message_length', MAX_MESSAGE],
    ],
  };
}

/** The name on the bus of a caller with a certificate that was approved and stands; throws CallError. */
async function userOf(
  directory: CertificateDirectory,
  instance: string,
  { name = '', fingerprint }: Peer,
): Promise<string> {
  const prefix = `${instance}.`;
  const user = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  const refuse = (why: string): never => {
    throw new CallError('PERMISSION_DENIED', `The certificate "${name}" ${why}.`);
  };
  if (user === '') return refuse(`is not named "${prefix}…"`);
  try {
    checkIdentity(user);
  } catch {
    return refuse('bears no VIP identity');
  }
  if (isReservedIdentity(user)) return refuse('bears a reserved name');
  const kept = await directory.readRemote(name);
  const isIt =
    kept !== undefined && new X509Certificate(kept).fingerprint256.replaceAll(':', '').toLowerCase() === fingerprint;
  return isIt ? user : refuse('is not one that this platform has approved, or no longer');
}
