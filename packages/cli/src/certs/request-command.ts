import { agentPaths, installedAgents } from '@volttron-ts/aip';
import { CertificateDirectory, RemoteCertificates } from '@volttron-ts/auth';
import { CertificateDeniedError, systemClock } from '@volttron-ts/connect';
import { awaitCertificate, requestCertificate } from '@volttron-ts/connect/certificate';
import type { CommandContext } from '../command-context.ts';
import { AgentDataMissingError, CertificatePendingError } from '../errors.ts';
import { readNamed } from './certificate-files.ts';
import { instanceName } from './home-pairs.ts';

export interface RequestOptions {
  readonly root?: string;
  readonly folder?: string;
  readonly wait?: boolean;
}

/** `certs request`: what an agent does that connects to a platform with certificates, by hand. */
export async function request(
  context: CommandContext,
  [address = '', identity = '']: readonly string[],
  options: RequestOptions,
): Promise<void> {
  const { home } = context;
  const rootCertificate = options.root === undefined ? undefined : await readNamed(options.root);
  const ask = {
    ...{ address, identity, rootCertificate, instanceName: await instanceName(context) },
    now: () => systemClock.now(),
    directory: new CertificateDirectory(home),
    certificates: new RemoteCertificates(options.folder ?? (await dataFolderOf(home, identity))),
  };
  const answer =
    options.wait === true
      ? await awaitCertificate({
          ask: () => requestCertificate(ask),
          waiting: (why) => {
            if ('message' in why) context.note(`${why.message}\n`);
          },
          clock: systemClock,
          random: Math.random,
        })
      : await requestCertificate(ask);
  if (answer.kind === 'denied') throw new CertificateDeniedError(answer.name, answer.message);
  if (answer.kind === 'pending') throw new CertificatePendingError(answer.name, address);
  const { name, file } = answer;
  context.print(`The certificate of ${name} is in ${file}\n`, { name, file });
}

/** Throws AgentDataMissingError. */
async function dataFolderOf(home: string, identity: string): Promise<string> {
  const agent = (await installedAgents(home)).find((installed) => installed.identity === identity);
  if (agent === undefined) throw new AgentDataMissingError(identity);
  return agentPaths(agent).data;
}
