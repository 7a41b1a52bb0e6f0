import { useState } from 'preact/hooks';
import { formatTime, formatValue, splitTopic } from './format.ts';
import type { LiveStore } from './live-store.ts';
import { MOST_PLOTTED, MOST_TOPICS } from './live-store.ts';
import type { Series } from './series.ts';

/** All topics with their last values; the plot's legend, and where topics are chosen for it. */
export function TopicTable({ store }: { readonly store: LiveStore }) {
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/);
  const shown = store.series.filter(({ topic }) => words.every((word) => topic.toLowerCase().includes(word)));
  return (
    <section class="card topics" aria-label="Topics">
      <div class="bar">
        <input
          type="search"
          placeholder="Filter topics"
          aria-label="Filter topics"
          value={filter}
          onInput={({ currentTarget }) => {
            setFilter(currentTarget.value);
          }}
        />
        <span class="count">
          {shown.length} of {store.series.length}
        </span>
      </div>
      <ul>
        {shown.map((series) => (
          <TopicRow key={series.topic} store={store} series={series} />
        ))}
      </ul>
      {store.full && <p class="foot">{MOST_PLOTTED} topics are plotted, which is the most.</p>}
      {store.leftOut.size > 0 && <p class="foot">More than {MOST_TOPICS} topics arrive; the others are not shown.</p>}
    </section>
  );
}

function TopicRow({ store, series }: { readonly store: LiveStore; readonly series: Series }) {
  const { topic, last, units } = series;
  const { path, point } = splitTopic(topic);
  const colour = store.colour(topic);
  const plotted = colour === undefined ? {} : { 'data-time': last.time, 'data-value': String(last.value) };
  return (
    <li data-topic={topic} {...plotted}>
      <label>
        <input
          type="checkbox"
          checked={colour !== undefined}
          disabled={colour === undefined && (store.full || !series.drawable)}
          aria-label={`Plot ${topic}`}
          onChange={({ currentTarget }) => {
            store.choose(topic, currentTarget.checked);
          }}
        />
        <span class={`swatch series-${colour ?? 0}`} />
        <span class="topic" title={topic}>
          <span class="path">{path}</span>
          <span class="point">{point}</span>
        </span>
        <span class="value">
          {formatValue(last.value)} <span class="units">{units}</span>
        </span>
        <time class="time" dateTime={last.time}>
          {formatTime(series.times.at(-1) ?? 0)}
        </time>
      </label>
    </li>
  );
}
