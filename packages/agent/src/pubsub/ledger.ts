/** Messages `from` … `to`, all acknowledged, each with so many readings. */
export interface LedgerRun {
  readonly from: number;
  readonly to: number;
  readonly readings: number;
}

/** What a publisher was told is kept: the other half of a count of what was stored. */
export interface AcknowledgedLedger {
  /** The epoch of this publisher's numbers. */
  readonly epoch: string;
  /** The user whom the platform stores it under. */
  readonly user: string;
  readonly prefix: string;
  /** In ascending order, without overlaps. */
  readonly runs: readonly LedgerRun[];
  readonly messages: number;
  readonly readings: number;
}

/** A run-length list of acknowledged message numbers. */
export class Ledger {
  readonly prefix: string;
  readonly #runs: { from: number; to: number; readings: number }[] = [];
  #messages = 0;
  #readings = 0;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  /** Notes one acknowledged message. */
  add(n: number, readings: number): void {
    this.#messages++;
    this.#readings += readings;
    const at = this.#indexAfter(n);
    const before = this.#runs[at - 1];
    const after = this.#runs[at];
    const joins = (run: LedgerRun | undefined, edge: number | undefined): boolean =>
      edge !== undefined && Math.abs(edge - n) === 1 && run?.readings === readings;
    if (joins(before, before?.to) && before !== undefined) {
      before.to = n;
      if (after?.from === n + 1 && after.readings === readings) {
        before.to = after.to;
        this.#runs.splice(at, 1);
      }
    } else if (joins(after, after?.from) && after !== undefined) after.from = n;
    else this.#runs.splice(at, 0, { from: n, to: n, readings });
  }

  /** Index of the first run that begins after n; nearly always the end. */
  #indexAfter(n: number): number {
    let at = this.#runs.length;
    while (at > 0 && (this.#runs[at - 1]?.from ?? 0) > n) at--;
    return at;
  }

  read(epoch: string, user: string): AcknowledgedLedger {
    const runs = this.#runs.map((run) => ({ ...run }));
    return { epoch, user, prefix: this.prefix, runs, messages: this.#messages, readings: this.#readings };
  }
}
