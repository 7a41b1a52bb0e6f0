/** Stores the journal in the tables of the Python SQL historian and answers queries. @packageDocumentation */
export {};
