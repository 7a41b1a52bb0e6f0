import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

/** Field names stay as in the file; bytes are Buffers; what is absent has its default. */
const FORM = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true } as const;

/** A service of a file in `proto/` of this package, such as `mila.Mila`. */
export function loadService(file: string, name: string): ServiceDefinition {
  const path = fileURLToPath(new URL(`../proto/${file}`, import.meta.url));
  const found = loadSync(path, FORM)[name];
  if (found === undefined || 'format' in found) throw new Error(`${file} has no service ${name}.`);
  return found;
}
