import { InvalidValueError } from './errors.ts';

/** Identities name files and folders: `.` and `..` would be other ones than their own. */
const PATTERN = /^(?!\.\.?$)[A-Za-z0-9_.-]+$/;
const MAX_LENGTH = 255;
const RESERVED = /^(control|platform)([._].*)?$|^(config\.store|keydiscovery|zmq\.proxy\.router)$|^instance\./;

/** Identities of the platform's own services (reference/vip-zmq.md §5). */
export const services = {
  control: 'control',
  controlConnection: 'control.connection',
  configStore: 'config.store',
  auth: 'platform.auth',
  health: 'platform.health',
  journal: 'platform.journal',
  web: 'platform_web',
  keyDiscovery: 'keydiscovery',
} as const;

/** Whether the text may be a VIP identity (reference/vip-zmq.md §1.3; 255 bytes are ZMTP's limit). */
export function isIdentity(text: string): boolean {
  return PATTERN.test(text) && text.length <= MAX_LENGTH;
}

/** The text itself, when it may be a VIP identity; throws InvalidValueError otherwise. */
export function checkIdentity(text: string): string {
  if (isIdentity(text)) return text;
  throw new InvalidValueError(
    'identity',
    text,
    `"${text}" is no VIP identity.`,
    `Use 1 to ${MAX_LENGTH} letters, digits, "_", "." and "-", and neither "." nor "..".`,
  );
}

/** Names that only the platform's own credentials may take (design §4.2). */
export function isReservedIdentity(identity: string): boolean {
  return RESERVED.test(identity);
}

/** The names by which the lines 10 and 11 of Python VOLTTRON know services of line 9 (reference/vip-zmq.md §8). */
export const serviceAliases: Readonly<Record<string, string>> = {
  'platform.control': services.control,
  'platform.config_store': services.configStore,
  'platform.web': services.web,
};

/** The name that a peer has on our bus: itself, or what the name is an alias of. */
export function canonicalIdentity(name: string): string {
  return (Object.hasOwn(serviceAliases, name) ? serviceAliases[name] : undefined) ?? name;
}
