/** One publication that is not yet acknowledged. */
export interface WindowEntry {
  readonly n: number;
  readonly topic: string;
  readonly body: Uint8Array;
  readonly readings: number;
  /** Times the platform could not take it. */
  refusals: number;
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

export interface WindowLimits {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * The publications between sent and acknowledged, in the order of their numbers, and where sending stands among them.
 * Knows no bus and no clock.
 */
export class PublishWindow {
  readonly limits: WindowLimits;
  readonly #entries = new Map<number, WindowEntry>();
  #bytes = 0;
  #last = 0;
  /** The number that is to be sent next. */
  #next = 1;

  constructor(limits: WindowLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether one more fits; a single one that is too big for the window goes alone. */
  hasRoom(bytes: number): boolean {
    if (this.#entries.size === 0) return true;
    return this.#entries.size < this.limits.messages && this.#bytes + bytes <= this.limits.bytes;
  }

  add(entry: Omit<WindowEntry, 'n' | 'refusals'>): WindowEntry {
    const added = { ...entry, n: ++this.#last, refusals: 0 };
    this.#entries.set(added.n, added);
    this.#bytes += added.body.length;
    return added;
  }

  get(n: number): WindowEntry | undefined {
    return this.#entries.get(n);
  }

  /** Takes one out: acknowledged, or given up. */
  remove(n: number): WindowEntry | undefined {
    const entry = this.#entries.get(n);
    if (entry === undefined) return undefined;
    this.#entries.delete(n);
    this.#bytes -= entry.body.length;
    return entry;
  }

  /** The next that is to be sent; `sent` moves on. */
  toSend(): WindowEntry | undefined {
    while (this.#next <= this.#last) {
      const entry = this.#entries.get(this.#next);
      if (entry !== undefined) return entry;
      this.#next++;
    }
    return undefined;
  }

  sent(entry: WindowEntry): void {
    if (entry.n === this.#next) this.#next++;
  }

  /** Sends again from the oldest, or from a given one, on. */
  rewind(n = this.oldest?.n ?? this.#next): void {
    this.#next = Math.min(this.#next, n);
  }

  get oldest(): WindowEntry | undefined {
    return this.#entries.values().next().value;
  }

  /** Takes everything out. */
  clear(): WindowEntry[] {
    const all = [...this.#entries.values()];
    this.#entries.clear();
    this.#bytes = 0;
    this.#next = this.#last + 1;
    return all;
  }
}
