/** Brokers for tests. @packageDocumentation */
export { EXCHANGE } from '../names.ts';
