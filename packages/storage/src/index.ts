/** Keeping things: atomic files, SQLite with migrations and group commit in a worker thread. @packageDocumentation */
export {};
