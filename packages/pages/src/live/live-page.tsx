import { useState } from 'preact/hooks';
import { formatTime, zone } from './format.ts';
import type { LiveStore } from './live-store.ts';
import { Plot } from './plot.tsx';
import type { PlotLine } from './plot.tsx';
import { TopicTable } from './topic-table.tsx';
import { useRedraw } from './use-live.ts';
import type { Live } from './use-live.ts';

const windows = [
  { seconds: 60, text: '1 minute' },
  { seconds: 300, text: '5 minutes' },
  { seconds: 900, text: '15 minutes' },
  { seconds: 3600, text: '1 hour' },
  { seconds: 43_200, text: '12 hours' },
];

/** The points that arrive on the bus: one set of axes for each unit, and the topics with their last values. */
export function LivePage({ store, state }: Live) {
  const [seconds, setSeconds] = useState(300);
  useRedraw(store);
  const panels = panelsOf(store);
  return (
    <main class="live">
      <section class="card plots" aria-label="Plots">
        <div class="bar">
          <h1>Live points</h1>
          <span class={`state ${state}`} role="status">
            {state === 'live' ? 'live' : state === 'lost' ? 'reconnecting …' : 'connecting …'}
          </span>
          <label class="window">
            Window
            <select
              value={seconds}
              onChange={({ currentTarget }) => {
                setSeconds(Number(currentTarget.value));
              }}
            >
              {windows.map((choice) => (
                <option key={choice.seconds} value={choice.seconds}>
                  {choice.text}
                </option>
              ))}
            </select>
          </label>
        </div>
        {panels.length === 0 && <p class="empty">{emptyText(store)}</p>}
        {panels.map(({ units, lines }) => (
          <figure key={units} class="panel">
            <figcaption>{units === '' ? 'no unit' : units}</figcaption>
            <Plot
              lines={lines}
              seconds={seconds}
              height={panels.length === 1 ? 380 : 190}
              version={store.version}
              label={describe(units, lines)}
            />
          </figure>
        ))}
        <p class="foot">Times in {zone}</p>
      </section>
      <TopicTable store={store} />
    </main>
  );
}

function emptyText(store: LiveStore): string {
  return store.series.length === 0 ? 'No point has arrived yet.' : 'Choose a topic to plot it.';
}

function panelsOf(store: LiveStore): { units: string; lines: PlotLine[] }[] {
  const lines = store.plotted.map((series) => ({ series, colour: store.colour(series.topic) ?? 1 }));
  return [...Map.groupBy(lines, ({ series }) => series.units)].map(([units, group]) => ({ units, lines: group }));
}

function describe(units: string, lines: readonly PlotLine[]): string {
  const last = lines.map(({ series }) => `${series.topic}, last at ${formatTime(series.times.at(-1) ?? 0)}`);
  return `Plot of ${last.join('; ')}${units === '' ? '' : `, in ${units}`}`;
}
