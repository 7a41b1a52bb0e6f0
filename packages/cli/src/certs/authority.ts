import { readCertificate } from '@volttron-ts/pki';
import type { Authority, Certificate, WallClock } from '@volttron-ts/pki';
import type { CommandContext } from '../command-context.ts';
import { beside, readAs } from './certificate-files.ts';
import { AuthorityInvalidError } from './errors.ts';
import { readKeyOf } from './key-file.ts';

export interface AuthorityOptions {
  /** File of its certificate. */
  readonly ca: string;
  /** File of its key; beside the certificate when not given. */
  readonly caKey?: string;
  readonly passphraseFile?: string;
  /** File of the last serial number; beside the certificate when not given. */
  readonly caSerial?: string;
}

/** Reads an authority that can sign now. Throws AuthorityInvalidError, KeyForeignError, … */
export async function openAuthority(
  { terminal }: CommandContext,
  { ca, caKey: key = beside(ca, '.key'), passphraseFile }: AuthorityOptions,
  clock: WallClock,
): Promise<Authority> {
  const certificate = await readAs(ca, readCertificate);
  const problem = problemOf(certificate, new Date(clock.now()));
  if (problem !== undefined) throw new AuthorityInvalidError(ca, problem);
  return readKeyOf(terminal, { certificate, file: ca }, { key, passphraseFile });
}

function problemOf({ isAuthority, notBefore, notAfter }: Certificate, now: Date): string | undefined {
  if (!isAuthority) return 'it is not of a certificate authority';
  if (notAfter < now) return `it expired at ${notAfter.toISOString()}`;
  return notBefore > now ? `it is valid only from ${notBefore.toISOString()} on` : undefined;
}
