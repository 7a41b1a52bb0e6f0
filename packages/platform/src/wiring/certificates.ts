import { CertificateDirectory } from '@volttron-ts/auth';
import type { InstanceSettings } from '@volttron-ts/auth';
import { startPluginHost } from '@volttron-ts/enrolment';
import type { CertificateGrant, CertificateOptions } from '@volttron-ts/enrolment';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { ensureRoot } from '../web-certificate.ts';
import type { Parts } from './parts.ts';

export interface CertificateAuthorityOptions {
  readonly home: string;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly parts: Parts;
}

/** What enrolment needs to serve certificate requests: the plugins in their process, and where certificates go. */
export async function openCertificateAuthority(options: CertificateAuthorityOptions): Promise<CertificateOptions> {
  const { home, settings, clock, log, parts } = options;
  const { 'instance-name': instanceName, 'certificate-plugins': plugins } = settings;
  const directory = new CertificateDirectory(home);
  await ensureRoot(directory, instanceName, clock);
  const host = await startPluginHost({ home, instanceName, plugins, clock, log });
  parts.add('the certificate plugins', async () => host.close());
  return { instanceName, plugins: host, grant: certificateGrant(directory) };
}

/**
 * On a ZMQ bus a certificate opens no door by itself; it stands in `remote_certs` for as long as it is good, where
 * VOLTTRON keeps it (reference/rmq-web-csr.md §2.1).
 */
function certificateGrant(directory: CertificateDirectory): CertificateGrant {
  const remove = async ({ name }: { readonly name: string }): Promise<void> => directory.removeRemote(name);
  return {
    check: async ({ name }) => Promise.resolve(void directory.remoteFile(name)),
    grant: async ({ name, certificate }) => {
      if (certificate !== undefined) await directory.writeRemote(name, certificate);
    },
    withdraw: remove,
    forget: remove,
  };
}
