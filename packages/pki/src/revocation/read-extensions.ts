import { readExtension } from '../certificate/extensions.ts';
import type { Extension } from '../certificate/extensions.ts';
import { DerReader } from '../der/der-reader.ts';

/** Extensions none of which is critical and not understood, or stands there twice (RFC 5280 §4.2). Throws plain errors. */
export function readExtensions(members: readonly DerReader[], understood: readonly string[]): Extension[] {
  const extensions = members.map(readExtension);
  const unknown = extensions.find(({ oid, critical }) => critical && !understood.includes(oid));
  if (unknown !== undefined) throw new Error(`its extension ${unknown.oid} is critical and not understood`);
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length)
    throw new Error('an extension stands there twice');
  return extensions;
}

export function extensionValue<T>(
  extensions: readonly Extension[],
  id: string,
  read: (value: DerReader) => T,
): T | undefined {
  const found = extensions.find(({ oid }) => oid === id);
  return found && read(DerReader.of(found.value, `extension ${id}`));
}
