import { missingPublications, readProvenance } from '@volttron-ts/history';
import type { PublicationRuns } from '@volttron-ts/history';
import { checker, t } from '@volttron-ts/vip-core';

/** What a publisher says that it was told is kept (`publishing.counts`). */
export const PublisherCounts = t.Object({
  epoch: t.String(),
  user: t.String(),
  readings: t.Integer(),
  messages: t.Integer(),
  runs: t.Array(t.Object({ from: t.Integer(), to: t.Integer(), readings: t.Integer() })),
});

export const asPublisherCounts = checker(PublisherCounts);

export type PublisherCounts = ReturnType<typeof asPublisherCounts>;

/** Readings: one is one (topic, point, timestamp, value). */
export interface Comparison {
  readonly published: number;
  readonly stored: number;
  /** Acknowledged to a publisher and not in the store. */
  readonly lost: number;
  /** Brought to the store more than once. */
  readonly duplicates: number;
}

/**
 * Holds what publishers were told is kept against what a store's file says it holds, by publisher, epoch and number and
 * point by point; never by topic and timestamp alone.
 */
export function compare(publishers: readonly PublisherCounts[], storeFile: string): Comparison {
  const report = readProvenance(storeFile);
  const published = publishers.reduce((total, { readings }) => total + readings, 0);
  const acknowledged = publishers.map(({ user, epoch, runs }): PublicationRuns => ({
    publisher: user,
    epoch,
    runs: runs.map(({ from, to }) => [from, to]),
  }));
  const missing = missingPublications(acknowledged, report.publications);
  const lost = missing.reduce((total, hole) => total + readingsIn(hole, publishers), 0) + report.missing;
  return { published, stored: report.readings - report.repeated - report.missing, lost, duplicates: report.repeated };
}

function readingsIn(
  { publisher, epoch, runs: holes }: PublicationRuns,
  publishers: readonly PublisherCounts[],
): number {
  const runs = publishers.find(({ user, epoch: own }) => user === publisher && own === epoch)?.runs ?? [];
  let readings = 0;
  for (const [first, last] of holes) {
    for (const run of runs) {
      const count = Math.min(last, run.to) - Math.max(first, run.from) + 1;
      if (count > 0) readings += count * run.readings;
    }
  }
  return readings;
}
