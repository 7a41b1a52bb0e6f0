import type { Certificate } from '@volttron-ts/pki';
import { writeFileAtomic } from '@volttron-ts/storage';
import type { AuthorityOptions } from './authority.ts';
import { beside, modes } from './certificate-files.ts';

/**
 * Leaves the serial number where `openssl x509 -CAcreateserial` looks for the last one and goes on from it. Ours are random
 * each time, whatever the file says: nobody can foresee them, and two who sign at once do not meet.
 */
export async function writeSerial(
  { ca, caSerial = beside(ca, '.srl') }: AuthorityOptions,
  { serialNumber }: Certificate,
): Promise<void> {
  await writeFileAtomic(caSerial, `${serialNumber.toUpperCase()}\n`, { mode: modes.certificate });
}
