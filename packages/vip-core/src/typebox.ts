/** Everything of TypeBox that we use. The build puts one bundled file in this one's place: see typebox.vite.ts. */
export { Type } from 'typebox';
export type { Static, TSchema } from 'typebox';
export { Compile } from 'typebox/compile';
export { Clone, Default } from 'typebox/value';
