import { join } from 'node:path';

import { CertificateNameError } from '../errors.ts';

/** The longest name of a file, less the extension and the suffix of a file being written. */
const LONGEST = 200;

/** A name must not lead to another folder: the original wrote wherever a common name pointed. */
const isFileName = (name: string): boolean =>
  name.length >= 1 && name.length <= LONGEST && !/[/\\\p{Cc}]/u.test(name) && !name.startsWith('.');

/** Throws CertificateNameError. */
export function fileIn(folder: string, name: string, ending: string): string {
  if (!isFileName(name)) throw new CertificateNameError(name);
  return join(folder, `${name}${ending}`);
}
