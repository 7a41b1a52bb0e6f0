import { ProtocolError } from '../errors.ts';

/** Properties of READY and INITIATE. Names are compared without regard to case: keys are in lower case. */
export type Metadata = ReadonlyMap<string, Buffer>;

/** Names are written as given. */
export function encodeMetadata(properties: readonly (readonly [name: string, value: Uint8Array | string])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of properties) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    const head = Buffer.alloc(1 + name.length + 4);
    head[0] = name.length;
    head.write(name, 1, 'ascii');
    head.writeUInt32BE(bytes.length, 1 + name.length);
    parts.push(head, bytes);
  }
  return Buffer.concat(parts);
}

export function decodeMetadata(bytes: Buffer): Metadata {
  const metadata = new Map<string, Buffer>();
  let offset = 0;
  while (offset < bytes.length) {
    const nameEnd = offset + 1 + (bytes[offset] ?? 0);
    if (nameEnd === offset + 1 || nameEnd + 4 > bytes.length) throw new ProtocolError('its metadata is cut');
    const name = bytes.toString('latin1', offset + 1, nameEnd);
    if (!/^[A-Za-z0-9\-_.+]+$/.test(name)) throw new ProtocolError('a metadata name is malformed');
    const valueEnd = nameEnd + 4 + bytes.readUInt32BE(nameEnd);
    if (valueEnd > bytes.length) throw new ProtocolError('its metadata is cut', name);
    const key = name.toLowerCase();
    if (metadata.has(key)) throw new ProtocolError('its metadata names a property twice', name);
    metadata.set(key, bytes.subarray(nameEnd + 4, valueEnd));
    offset = valueEnd;
  }
  return metadata;
}
