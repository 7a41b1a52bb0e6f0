import { isRepeated, readExtension } from '../certificate/extensions.ts';
import type { Extension } from '../certificate/extensions.ts';
import type { DerReader } from '../der/der-reader.ts';

/** Extensions none of which is critical and not understood, or stands there twice (RFC 5280 §4.2). Throws plain errors. */
export function readExtensions(members: readonly DerReader[], understood: readonly string[]): Extension[] {
  const extensions = members.map(readExtension);
  const unknown = extensions.find(({ oid, critical }) => critical && !understood.includes(oid));
  if (unknown !== undefined) throw new Error(`its extension ${unknown.oid} is critical and not understood`);
  if (isRepeated(extensions)) throw new Error('an extension stands there twice');
  return extensions;
}
