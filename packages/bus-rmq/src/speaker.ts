import { qualify, splitQualified } from './names.ts';

/** Python's name for the part of a platform that speaks for its ZMQ agents (reference/rmq-web-csr.md §1.8). */
const PYTHON_PROXY = 'zmq.proxy.router';

/** Who sent a message, as far as one may believe it. */
export interface Speaker {
  readonly instance: string;
  /** `''` is the router. */
  readonly peer: string;
  /** The user of the sender without the instance's name; blank when nobody vouches for it. */
  readonly user: string;
  readonly isVerified: boolean;
  /** The platform itself says so, for itself or for a peer behind it. */
  readonly isByRouter: boolean;
}

/** Says who speaks on one instance's bus. */
export class Speakers {
  readonly #instance: string;
  readonly #prefix: string;
  readonly #routers: ReadonlySet<string>;

  constructor(instance: string) {
    this.#instance = instance;
    this.#prefix = `${instance}.`;
    this.#routers = new Set([qualify(instance, ''), qualify(instance, PYTHON_PROXY)]);
  }

  /**
   * The sender of a message by its `app_id`, which only the AMQP user vouches for; undefined for a forged one. The
   * platform may speak for the peers behind it, and says who their users are.
   */
  of(message: {
    readonly sender: string;
    readonly user: string;
    readonly verified: string | undefined;
  }): Speaker | undefined {
    const { sender, user, verified } = message;
    const from = splitQualified(sender);
    if (verified === undefined) return { ...from, user: '', isVerified: false, isByRouter: false };
    if (this.#routers.has(verified)) {
      return { ...from, user: this.#routers.has(user) ? '' : this.bare(user), isVerified: true, isByRouter: true };
    }
    if (verified !== sender) return undefined;
    return { ...from, user: this.bare(sender), isVerified: true, isByRouter: false };
  }

  /** A user of this instance without the instance's name. */
  bare(user: string): string {
    return user.startsWith(this.#prefix) ? user.slice(this.#prefix.length) : user;
  }

  isOwn({ instance }: Speaker): boolean {
    return instance === this.#instance;
  }
}
