import { exitCodes } from '@volttron-ts/connect';

/** EX_DATAERR of sysexits.h: what a file holds is not what it should be. */
const DATA = 65;

const byCode: Readonly<Record<string, number>> = {
  'certificate-unreadable': DATA,
  'signing-request-unreadable': DATA,
  'key-unreadable': DATA,
  'key-unsupported': DATA,
  'signing-request-refused': DATA,
  'certificate-refused': DATA,
  'certificate-untrusted': DATA,
  'authority-invalid': DATA,
  'key-foreign': DATA,
  'pkcs12-refused': DATA,
  der: DATA,
  'file-exists': exitCodes.unreadable,
  'passphrase-wrong': exitCodes.noPermission,
  'certificate-name': exitCodes.usage,
  'passphrase-unusable': exitCodes.usage,
  'validity-unusable': exitCodes.usage,
};

/** How `vctl certs` ends with an error that only it knows; undefined for any other. */
export const certificateExitCode = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error ? byCode[String(error.code)] : undefined;
