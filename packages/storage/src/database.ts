import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

import { AsyncTransactionError, DatabaseUnusableError } from './errors.ts';
import { databaseFailure } from './sqlite-failure.ts';

/** What may be bound to a parameter. */
export type SqlInput = SQLInputValue;
/** What a column holds. */
export type SqlOutput = SQLOutputValue;
/** A row as SQLite answers it. */
export type SqlRow = Record<string, SqlOutput>;
/** Values in order for `?`, or one object for `:name`. */
export type SqlParameters = readonly SqlInput[] | readonly [Readonly<Record<string, SqlInput>>];

/** A prepared statement; `Row` is what the author of the SQL knows its rows to be. */
export interface Statement<Row> {
  /** Rows changed, and the rowid of the last one inserted. */
  run(...parameters: SqlParameters): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...parameters: SqlParameters): Row | undefined;
  all(...parameters: SqlParameters): Row[];
  /** Row by row, so that a long result is never whole in memory; may be nested and left early. */
  iterate(...parameters: SqlParameters): IterableIterator<Row>;
}

export interface StatementOptions {
  /** Integers as bigint: without it one beyond ±2^53 throws when read. */
  readonly bigints?: boolean;
}

/** An open SQLite database. Everything is synchronous: it belongs into a worker thread. */
export class Database implements Disposable {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement<SqlRow>>();
  #depth = 0;

  /** Rooms call `openDatabase`, which also sets the database up. */
  constructor(path: string, readOnly: boolean) {
    this.path = path;
    this.#db = new DatabaseSync(path, { readOnly, timeout: 5000, enableForeignKeyConstraints: true });
  }

  get isOpen(): boolean {
    return this.#db.isOpen;
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  /** Runs one or more statements without parameters. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Prepared once per text and options, then taken from the cache. */
  prepare<Row extends object = SqlRow>(sql: string, { bigints = false }: StatementOptions = {}): Statement<Row> {
    const key = `${bigints ? 'b' : 'n'}${sql}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = wrap(() => this.#compile(sql, bigints));
      this.#statements.set(key, statement);
    }
    return statement as unknown as Statement<Row>;
  }

  /**
   * Runs `work` in one transaction: BEGIN IMMEDIATE, COMMIT at the end, ROLLBACK when it throws. Called inside another
   * transaction it is a savepoint of that one.
   *
   * @throws what `work` throws; AsyncTransactionError; a DatabaseFailure
   */
  transaction<T>(work: () => T): T {
    try {
      this.#begin();
      try {
        const result = this.#synchronous(work());
        this.exec(this.#depth === 1 ? 'COMMIT' : `RELEASE s${this.#depth}`);
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      } finally {
        this.#depth--;
      }
    } catch (error) {
      throw databaseFailure(this.path, error) ?? error;
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#statements.clear();
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #begin(): void {
    if (this.#depth === 0) this.exec('BEGIN IMMEDIATE');
    else if (this.inTransaction) this.exec(`SAVEPOINT s${this.#depth + 1}`);
    else throw new DatabaseUnusableError(this.path, 'its transaction was rolled back by an earlier failure');
    this.#depth++;
  }

  /** A full disk or an I/O error may have rolled back everything already. */
  #rollBack(): void {
    if (!this.inTransaction) return;
    this.exec(this.#depth === 1 ? 'ROLLBACK' : `ROLLBACK TO s${this.#depth}; RELEASE s${this.#depth}`);
  }

  #compile(sql: string, bigints: boolean): StatementSync {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(bigints);
    return statement;
  }

  #synchronous<T>(result: T): T {
    if (result instanceof Promise) {
      result.catch(() => undefined);
      throw new AsyncTransactionError(this.path);
    }
    return result;
  }
}

function wrap(compile: () => StatementSync): Statement<SqlRow> {
  const shared = compile();
  return {
    run: (...parameters) => shared.run(...bound(parameters)),
    get: (...parameters) => shared.get(...bound(parameters)),
    all: (...parameters) => shared.all(...bound(parameters)),
    // Stepping a statement that is being iterated elsewhere would end that iteration.
    iterate: (...parameters) => compile().iterate(...bound(parameters)),
  };
}

/** node:sqlite's overloads tell named from positional parameters by the first argument, which TypeScript cannot follow. */
function bound(parameters: SqlParameters): SQLInputValue[] {
  return parameters as SQLInputValue[];
}
