import type { Measurement, Party } from './compare.ts';

type Figures = Omit<Measurement, 'value'>;

/** Parties for several figures of the same runs: the n-th run of each is the n-th run of all. */
export function sharedRuns<F extends Figures, const V extends readonly ((figures: F) => number)[]>(
  run: () => Promise<F>,
  values: V,
): { readonly [K in keyof V]: Party } {
  const runs: Promise<F>[] = [];
  const parties = values.map((of): Party => {
    let next = 0;
    return {
      name: 'ours',
      run: async () => {
        const figures = await (runs[next] ??= run());
        next += 1;
        return { ...figures, value: of(figures) };
      },
    };
  });
  return parties as { readonly [K in keyof V]: Party };
}
