/** What a user may do with queues and exchanges of a virtual host; expressions of RabbitMQ. */
export interface UserRights {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
  /** Routing keys on the exchange `volttron`: what it may send, and what it may bind. */
  readonly topics: { readonly write: string; readonly read: string };
}

export interface UserRightsOptions {
  /** The platform that the broker belongs to. */
  readonly instance: string;
  /** The name of the user, which its certificate says: `<instance>.<identity>` or `<instance>.<other instance>.<identity>`. */
  readonly user: string;
  /** Topics that it may neither publish nor subscribe to: those that are protected and for others. */
  readonly refusedTopics?: readonly string[];
}

const escaped = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/**
 * The rights of an agent of the platform, or of another one with an approved certificate: its own queues, messages to
 * peers of this platform, publications under this platform's name. Patterns are anchored and names are escaped: the
 * original's are neither, so that `central.a` may read what is `centralXa`'s (reference/rmq-web-csr.md §1.2).
 */
export function rightsOf({ instance, user, refusedTopics = [] }: UserRightsOptions): UserRights {
  const own = `${escaped(user)}(\\.pubsub\\..+)?`;
  const [here, self] = [escaped(instance), escaped(user)];
  const words = refusedTopics.map((topic) => escaped(topic.replaceAll('/', '.'))).join('|');
  const allowed = words === '' ? '' : `(?!(${words})(\\.|$))`;
  return {
    configure: `^${own}$`,
    write: `^(volttron|${own})$`,
    read: `^(volttron|${own})$`,
    topics: {
      write: `^(${here}\\..+|__pubsub__\\.${here}\\.${allowed}.*)$`,
      read: `^(${self}|__pubsub__\\.(${here}|\\*)\\.${words === '' ? '.*' : `(?!#)${allowed}.*`})$`,
    },
  };
}

/** The rights of an agent of the platform itself, which calls peers of other platforms over links, too. */
export function localRightsOf(options: UserRightsOptions): UserRights {
  const rights = rightsOf(options);
  const [, publications = ''] = /(__pubsub__.*)\)\$$/.exec(rights.topics.write) ?? [];
  return { ...rights, topics: { ...rights.topics, write: `^((?!__pubsub__\\.).+|${publications})$` } };
}

/** The platform's own router: everything on its virtual host, and nothing else. */
export const routerRights: UserRights = {
  configure: '.*',
  write: '.*',
  read: '.*',
  topics: { write: '.*', read: '.*' },
};
