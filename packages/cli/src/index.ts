/** `vctl`: what an operator does with a platform from a terminal. @packageDocumentation */
export { main } from './main.ts';
