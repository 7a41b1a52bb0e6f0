/** The namespace of connections that routers of other platforms make (reference/vip-zmq.md §2.8). */
const LINK = 'instance.';
const RANDOM = /^(instance\..+?)\.\d+(?:\.\d+)?(?:e-\d+)?$/;

/**
 * Whether a name is one of a router's connections. The names prove nothing (Python routers put the name of the platform
 * they dial there): our router goes by the key.
 */
export function isPlatformLink(identity: string): boolean {
  return identity.startsWith(LINK);
}

/** The name that an approved router owns, `instance.<name>`: its connections add something random. */
export function ownedBy(identity: string): string {
  return isPlatformLink(identity) ? (RANDOM.exec(identity)?.[1] ?? identity) : identity;
}
