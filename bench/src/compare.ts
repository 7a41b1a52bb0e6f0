/** CPU seconds (user and system) that each process of a run used while it was measured. */
export type CpuSeconds = Readonly<Record<'router' | 'sink' | 'source', number>>;

/** What one run of one party showed. */
export interface Measurement {
  /** In the comparison's unit. */
  readonly value: number;
  readonly messages: number;
  readonly seconds: number;
  readonly cpu: CpuSeconds;
  /** Event-loop delay of the party's process in ms, where it has an event loop. */
  readonly delayMs?: { readonly p99: number; readonly max: number };
}

export interface Party {
  readonly name: string;
  run(): Promise<Measurement>;
}

/** What passes: at most, or at least, so much; of the ratio ours / peer, or of our own value. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly ours: Party;
  /** For our own value, whoever else is measured; null tells it without one. */
  readonly goal?: Goal | null;
  readonly peers: readonly { readonly party: Party; readonly goal?: Goal }[];
}

export interface Side {
  readonly party: string;
  readonly median: number;
  readonly runs: readonly Measurement[];
}

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: Side;
  /** Null in the row of our own value. */
  readonly peer: Side | null;
  readonly ratio: number | null;
  readonly goal: Goal | null;
  readonly pass: boolean;
}

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}

/** A figure that is no number (nothing was measured) never passes. */
export function passes(figure: number, goal: Goal | null): boolean {
  if (!Number.isFinite(figure)) return false;
  if (goal === null) return true;
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast;
}

/**
 * Runs all parties of a comparison in turn (ours, peer, ours, peer …), so that what else happens on the machine meets
 * them alike, and compares the medians.
 */
export async function compare(
  comparison: Comparison,
  runs: number,
  progress: (line: string) => void = () => undefined,
): Promise<Row[]> {
  const parties = [comparison.ours, ...comparison.peers.map(({ party }) => party)];
  const seen = new Map<Party, Measurement[]>(parties.map((party) => [party, []]));
  for (let run = 1; run <= runs; run++) {
    for (const party of parties) {
      const measurement = await party.run();
      seen.get(party)?.push(measurement);
      progress(
        `${comparison.name}, run ${run} of ${runs}: ${party.name} ${show(measurement.value)} ${comparison.unit}`,
      );
    }
  }
  const side = (party: Party): Side => {
    const own = seen.get(party) ?? [];
    return { party: party.name, median: median(own.map(({ value }) => value)), runs: own };
  };
  const { name, unit, goal: ownGoal } = comparison;
  const ours = side(comparison.ours);
  const own = { name, unit, ours, peer: null, ratio: null };
  return [
    ...(ownGoal === undefined ? [] : [{ ...own, goal: ownGoal, pass: passes(ours.median, ownGoal) }]),
    ...comparison.peers.map(({ party, goal = null }) => {
      const peer = side(party);
      const ratio = ours.median / peer.median;
      return { name, unit, ours, peer, ratio, goal, pass: passes(ratio, goal) };
    }),
  ];
}

/** Three significant digits. */
const show = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

const showGoal = (goal: Goal | null): string => {
  if (goal === null) return '–';
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
};

const verdict = ({ pass, goal }: Row): string => (pass ? (goal === null ? '–' : 'yes') : 'NO');

/** The rows as a table for people. */
export function table(rows: readonly Row[]): string {
  const head = ['case', 'unit', 'ours', 'peer', 'peer value', 'ratio', 'goal', 'pass'];
  const cells = rows.map((row) => [
    row.name,
    row.unit,
    show(row.ours.median),
    row.peer?.party ?? '–',
    row.peer === null ? '–' : show(row.peer.median),
    row.ratio === null ? '–' : show(row.ratio),
    showGoal(row.goal),
    verdict(row),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (parts: readonly string[]): string =>
    parts
      .map((part, column) => part.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
