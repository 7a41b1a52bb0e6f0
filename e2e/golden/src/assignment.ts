/** A test by its file, from the project's root, and its name as the file has it. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** What becomes of golden files. `*` in a pattern stands for any text. */
export type Assignment = {
  readonly files: readonly string[];
} & (
  | { readonly kind: 'replayed'; readonly by: readonly TestName[] }
  | { readonly kind: 'differs'; readonly because: string; readonly by: readonly TestName[] }
  | { readonly kind: 'issue'; readonly issue: number }
);
