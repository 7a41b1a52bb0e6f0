import type { LivePoint } from '@volttron-ts/vip-core';
import { Series } from './series.ts';

/** So many topics are kept, and so many are plotted at once: as many as the palette has colours. */
export const MOST_TOPICS = 500;
export const MOST_PLOTTED = 8;
const FIRST_PLOTTED = 6;

/** The topics that arrived, and which of them are plotted. */
export class LiveStore {
  readonly #series = new Map<string, Series>();
  /** Topic → its colour, 1 to MOST_PLOTTED. */
  readonly #plotted = new Map<string, number>();
  #chosen = false;
  /** Grows with every change. */
  version = 0;
  /** Topics beyond the bound, which are not kept. */
  readonly leftOut = new Set<string>();

  add(points: readonly LivePoint[]): void {
    for (const point of points) this.#addPoint(point);
    this.version++;
  }

  /** By topic. */
  get series(): readonly Series[] {
    return [...this.#series.values()].sort((a, b) => a.topic.localeCompare(b.topic));
  }

  get plotted(): readonly Series[] {
    return this.series.filter(({ topic }) => this.#plotted.has(topic));
  }

  get full(): boolean {
    return this.#plotted.size >= MOST_PLOTTED;
  }

  colour(topic: string): number | undefined {
    return this.#plotted.get(topic);
  }

  /** The viewer's choice; from now on nothing is chosen for them. */
  choose(topic: string, plotted: boolean): void {
    this.#chosen = true;
    if (plotted) this.#plot(topic);
    else this.#plotted.delete(topic);
    this.version++;
  }

  #addPoint(point: LivePoint): void {
    const known = this.#series.get(point.topic);
    if (known !== undefined) {
      known.add(point);
      return;
    }
    if (this.#series.size >= MOST_TOPICS) {
      if (this.leftOut.size < MOST_TOPICS) this.leftOut.add(point.topic);
      return;
    }
    const series = new Series(point);
    this.#series.set(point.topic, series);
    if (!this.#chosen && series.drawable && this.#plotted.size < FIRST_PLOTTED) this.#plot(point.topic);
  }

  #plot(topic: string): void {
    if (this.full || this.#plotted.has(topic)) return;
    const used = new Set(this.#plotted.values());
    for (let colour = 1; colour <= MOST_PLOTTED; colour++) {
      if (used.has(colour)) continue;
      this.#plotted.set(topic, colour);
      return;
    }
  }
}
