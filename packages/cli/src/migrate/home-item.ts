/** What becomes of a file or folder of a home when our platform starts on it and ends again. */
export type HomeAction = 'use' | 'change' | 'create' | 'ignore' | 'invalid';

/** One line of what `vcfg migrate --check` says. */
export interface HomeItem {
  readonly action: HomeAction;
  /** Below the home; absolute when it lies elsewhere. */
  readonly path: string;
  /** Why, or how; of an invalid one also the way out. */
  readonly note: string;
}

const of =
  (action: HomeAction) =>
  (path: string, note: string): HomeItem => ({ action, path, note });

export const use = of('use');
export const change = of('change');
export const create = of('create');
export const ignore = of('ignore');
export const invalid = of('invalid');
