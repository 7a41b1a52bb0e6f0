/** What Python strips from both ends of a configuration's name: `string.whitespace`, `\` and `/`. */
const EDGES = /^[ \t\n\r\v\f\\/]+|[ \t\n\r\v\f\\/]+$/g;

/** A configuration's name as it is stored (reference/vip-zmq.md §2.16). */
export const stripConfigName = (name: string): string => name.replace(EDGES, '');

/** By what two names are the same: they are compared without regard to case. */
export const configKey = (name: string): string => stripConfigName(name).toLowerCase();
