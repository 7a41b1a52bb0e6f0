/** `vctl` and `vcfg`: what an operator does with a platform from a terminal. @packageDocumentation */
export { main } from './main.ts';
export { vcfgMain } from './vcfg-main.ts';
