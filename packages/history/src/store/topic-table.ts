import type { Database } from '@volttron-ts/storage';

interface Topic {
  readonly id: number;
  readonly name: string;
  readonly metadata: string;
}

/** The table `topics`, held in memory by lower-cased name. */
export class TopicTable {
  readonly #database: Database;
  #topics: Map<string, Topic> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whatever was learned in a transaction that failed is not in the table. */
  forget(): void {
    this.#topics = undefined;
  }

  find(name: string): Topic | undefined {
    return this.#all().get(name.toLowerCase());
  }

  names(): string[] {
    return Array.from(this.#all().values(), ({ name }) => name);
  }

  /** The id of a topic, made if it is new; a change of case or of metadata is written. Needs a transaction. */
  upsert(name: string, metadata: string | undefined): number {
    const known = this.find(name);
    if (known === undefined) return this.#insert(name, metadata ?? '{}');
    const next = { id: known.id, name, metadata: metadata ?? known.metadata };
    if (next.name !== known.name || next.metadata !== known.metadata) this.#update(next);
    return known.id;
  }

  #all(): Map<string, Topic> {
    this.#topics ??= new Map(
      this.#database
        .prepare<{ id: number; name: string; metadata: string | null }>(
          'SELECT topic_id AS id, topic_name AS name, metadata FROM topics ORDER BY topic_id',
        )
        .all()
        .map(({ id, name, metadata }) => [name.toLowerCase(), { id, name, metadata: metadata ?? '{}' }]),
    );
    return this.#topics;
  }

  #insert(name: string, metadata: string): number {
    const insert = this.#database.prepare('INSERT INTO topics (topic_name, metadata) VALUES (?, ?)');
    const id = Number(insert.run(name, metadata).lastInsertRowid);
    this.#all().set(name.toLowerCase(), { id, name, metadata });
    return id;
  }

  #update(topic: Topic): void {
    this.#database
      .prepare('UPDATE topics SET topic_name = ?, metadata = ? WHERE topic_id = ?')
      .run(topic.name, topic.metadata, topic.id);
    this.#all().set(topic.name.toLowerCase(), topic);
  }
}
