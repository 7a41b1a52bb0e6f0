import { EXCHANGE } from '../names.ts';
import type { ManagementClient } from './management-client.ts';
import type { UserRights } from './user-rights.ts';

/** Users of a virtual host. They have no password: only a certificate of the broker's authority logs in by EXTERNAL. */
export class BrokerUsers {
  readonly #management: ManagementClient;
  readonly #vhost: string;

  constructor(management: ManagementClient, vhost: string) {
    this.#management = management;
    this.#vhost = vhost;
  }

  /** Makes a user, or gives one other rights. Throws ManagementError, UnreachableError. */
  async grant(user: string, { topics, ...rights }: UserRights): Promise<void> {
    await this.#management.put(['users', user], { password_hash: '', tags: '' });
    // Topics first: without them a user may use every key that its other rights let it reach.
    await this.#management.put(['topic-permissions', this.#vhost, user], { exchange: EXCHANGE, ...topics });
    await this.#management.put(['permissions', this.#vhost, user], rights);
  }

  /** Ends a user and its connections. Nothing happens where there is no such user. */
  async withdraw(user: string): Promise<void> {
    // The broker closes the connections of a user that is deleted; one that came about meanwhile is closed here.
    await this.#management.delete('users', user);
    for (const name of await this.#connectionsOf(user)) await this.#management.delete('connections', name);
  }

  /** Names of the users without tags, which are agents. */
  async list(): Promise<readonly string[]> {
    const users = ((await this.#management.get('users')) ?? []) as readonly {
      readonly name: string;
      readonly tags: string | readonly string[];
    }[];
    return users.filter(({ tags }) => tags.length === 0).map(({ name }) => name);
  }

  async #connectionsOf(user: string): Promise<readonly string[]> {
    const found = ((await this.#management.get('connections', 'username', user)) ?? []) as readonly {
      readonly name: string;
    }[];
    return found.map(({ name }) => name);
  }
}
