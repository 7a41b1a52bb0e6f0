/** Tells of a UTF-16 unit whether it may stand here. */
export type UnitTest = (unit: number) => boolean;

/** What must hold between two units; `edge` and `inside` are `\b` and `\B`. */
export type Place = 'start' | 'end' | 'edge' | 'inside';

/** A regular expression without what cannot be matched in linear time. */
export type Node =
  | { readonly kind: 'unit'; readonly test: UnitTest }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

const between = (first: string, last: string): UnitTest => {
  const [least, most] = [first.charCodeAt(0), last.charCodeAt(0)];
  return (unit) => unit >= least && unit <= most;
};

export const not =
  (test: UnitTest): UnitTest =>
  (unit) =>
    !test(unit);

export const oneOf =
  (tests: readonly UnitTest[]): UnitTest =>
  (unit) =>
    tests.some((test) => test(unit));

export const isUnit = (character: string): UnitTest => {
  const wanted = character.charCodeAt(0);
  return (unit) => unit === wanted;
};

export const anyUnit: UnitTest = () => true;
export const isWordUnit = oneOf([between('a', 'z'), between('A', 'Z'), between('0', '9'), isUnit('_')]);

const isSpace: UnitTest = (unit) => /\s/.test(String.fromCharCode(unit));

/** `\d` and the like. */
export const classEscapes: ReadonlyMap<string, UnitTest> = new Map([
  ['d', between('0', '9')],
  ['D', not(between('0', '9'))],
  ['w', isWordUnit],
  ['W', not(isWordUnit)],
  ['s', isSpace],
  ['S', not(isSpace)],
]);

/** `\n` and the like. */
export const controlEscapes: ReadonlyMap<string, string> = new Map([
  ...([
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
    ['v', '\v'],
    ['f', '\f'],
    ['0', '\0'],
  ] as const),
]);

/** `\b` and the like; `\A` and `\Z` are Python's. */
export const placeEscapes: ReadonlyMap<string, Place> = new Map([
  ...([
    ['b', 'edge'],
    ['B', 'inside'],
    ['A', 'start'],
    ['Z', 'end'],
  ] as const),
]);
