/** Logs every message it hears. @packageDocumentation */
export {};
