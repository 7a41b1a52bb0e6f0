/** The journal (append, cursors, replicate) and the history store (SQLite, query). @packageDocumentation */
export {};
