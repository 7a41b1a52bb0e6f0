import { CertificateDirectory, createUserGrant } from '@volttron-ts/auth';
import type { AuthFile, InstanceSettings } from '@volttron-ts/auth';
import { startPluginHost } from '@volttron-ts/enrolment';
import type { CertificateGrant, CertificateOptions } from '@volttron-ts/enrolment';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { OwnNameError } from '../errors.ts';
import { ensureRoot } from '../own-certificates.ts';
import type { Parts } from './parts.ts';
import type { Rabbit } from './rabbit.ts';

export interface CertificateAuthorityOptions {
  readonly home: string;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parts: Parts;
  /** Where the bus is RabbitMQ: a certificate is a user of its broker. */
  readonly rabbit: Rabbit | undefined;
  readonly authFile: AuthFile;
}

/** What enrolment needs to serve certificate requests: the plugins in their process, and where certificates go. */
export async function openCertificateAuthority(options: CertificateAuthorityOptions): Promise<CertificateOptions> {
  const { home, settings, clock, log, parts, rabbit, authFile } = options;
  const { 'instance-name': instanceName, 'certificate-plugins': plugins } = settings;
  const directory = new CertificateDirectory(home);
  await ensureRoot(directory, instanceName, clock);
  const host = await startPluginHost({ home, instanceName, plugins, clock, log });
  parts.add('the certificate plugins', async () => host.close());
  const isDoor = rabbit !== undefined || settings['grpc-gateway-address'] !== undefined;
  const users = isDoor ? certificateUsers(rabbit, authFile, instanceName) : undefined;
  return { instanceName, plugins: host, grant: certificateGrant(directory, users) };
}

/** Users by certificate, of the broker or of the gRPC gateway, with what they may do here. */
function certificateUsers(
  rabbit: Rabbit | undefined,
  authFile: AuthFile,
  instanceName: string,
): Pick<Rabbit, 'admit' | 'withdraw'> {
  const users = createUserGrant(authFile);
  return {
    admit: async (name) => {
      await users.grant(name, name.slice(instanceName.length + 1));
      await rabbit?.admit(name);
    },
    withdraw: async (name) => {
      // The door first.
      await rabbit?.withdraw(name);
      await users.withdraw(name);
    },
  };
}

/**
 * A certificate stands in `remote_certs` for as long as it is good, where VOLTTRON keeps it (reference/rmq-web-csr.md
 * §2.1). On a ZMQ bus it opens no door by itself; on RabbitMQ its name is a user of the broker, and where there is a gRPC
 * gateway a user of that.
 */
function certificateGrant(
  directory: CertificateDirectory,
  users: ReturnType<typeof certificateUsers> | undefined,
): CertificateGrant {
  const remove = async ({ name }: { readonly name: string }): Promise<void> => {
    // What the folder says is for people.
    await users?.withdraw(name);
    await directory.removeRemote(name);
  };
  return {
    check: async ({ name }) => {
      directory.remoteFile(name);
      // Its own users are no others': who has such a certificate would be one of them.
      if (users !== undefined && (await directory.readCertificate(name)) !== undefined) throw new OwnNameError(name);
    },
    grant: async ({ name, certificate }) => {
      await users?.admit(name);
      if (certificate !== undefined) await directory.writeRemote(name, certificate);
    },
    withdraw: remove,
    forget: remove,
  };
}
