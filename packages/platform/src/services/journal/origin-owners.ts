import { FileMissingError, readJsonFile, writeJsonFile } from '@volttron-ts/storage';
import { checker, t, UnauthorizedError } from '@volttron-ts/vip-core';

/** So many journals one user may hand over records of. */
const MAX_ORIGINS = 1000;

const Owners = t.Record(t.String(), t.Union([t.String(), t.Array(t.String())]));
const asOwners = checker(Owners);

/**
 * Who may hand over records that began in a journal: the user that was the first to do so. Another one could use up
 * that journal's sequences, so that its own records would pass for doubles. Kept in `journal-origins.json`; where records
 * come by a second way, or their platform's agent has another name now, an operator adds that user there.
 */
export class OriginOwners {
  readonly #path: string;
  #owners: ReadonlyMap<string, readonly string[]> = new Map();
  #turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Settles when the user is known to own every one of these journals.
   *
   * @throws UnauthorizedError, JsonFileError, InvalidValueError, FileUnwritableError
   */
  async claim(user: string, journals: ReadonlySet<string>): Promise<void> {
    if ([...journals].every((journal) => this.#owners.get(journal)?.includes(user) === true)) return;
    const work = this.#turn.then(() => this.#claim(user, journals));
    this.#turn = work.catch(() => undefined);
    await work;
  }

  async #claim(user: string, journals: ReadonlySet<string>): Promise<void> {
    const owners = await this.#read();
    const fresh = [...journals].filter((journal) => !owners.has(journal));
    for (const journal of journals) this.#check(user, journal, owners.get(journal));
    const held = [...owners.values()].filter((users) => users.includes(user)).length;
    if (held + fresh.length > MAX_ORIGINS) {
      throw this.#refusal(user, `"${user}" hands over records of more than ${MAX_ORIGINS} journals.`);
    }
    for (const journal of fresh) owners.set(journal, [user]);
    if (fresh.length > 0) await writeJsonFile(this.#path, Object.fromEntries(owners), { indent: 2, mode: 0o600 });
    this.#owners = owners;
  }

  #check(user: string, journal: string, users: readonly string[] | undefined): void {
    if (users === undefined || users.includes(user)) return;
    throw this.#refusal(
      user,
      `"${user}" hands over records of the journal "${journal}", which "${users.join('", "')}" handed over first.`,
    );
  }

  #refusal(user: string, text: string): UnauthorizedError {
    const remedy = `If "${user}" may do so, add it there: ${this.#path}`;
    return new UnauthorizedError(text, { item: 'origin', value: user, remedy });
  }

  async #read(): Promise<Map<string, readonly string[]>> {
    try {
      const read = asOwners(await readJsonFile(this.#path), this.#path);
      return new Map(Object.entries(read).map(([journal, users]) => [journal, [users].flat()]));
    } catch (error) {
      if (error instanceof FileMissingError) return new Map();
      throw error;
    }
  }
}
