import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatTicks, formatValue } from './format.ts';
import type { Series } from './series.ts';

export interface PlotLine {
  readonly series: Series;
  /** 1 to MOST_PLOTTED. */
  readonly colour: number;
}

interface PlotProps {
  readonly lines: readonly PlotLine[];
  /** Width of the time axis in seconds; it ends at the latest point. */
  readonly seconds: number;
  readonly height: number;
  readonly label: string;
  /** Grows when points arrived. */
  readonly version: number;
}

/** A time axis is at least so many seconds wide, while there are few points. */
const NARROWEST = 10;

/** One set of axes, with one line for each series; all plots of the page share a cursor. */
export function Plot({ lines, seconds, height, label, version }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shape = lines.map(({ series, colour }) => `${colour} ${typeof series.last.value} ${series.topic}`).join('\n');

  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = new uPlot(optionsOf(lines, element, height), [[]], element);
    plot.current = made;
    const sizes = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height });
    });
    sizes.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => {
      made.redraw(false, true);
    };
    scheme.addEventListener('change', redraw);
    return () => {
      scheme.removeEventListener('change', redraw);
      sizes.disconnect();
      made.destroy();
    };
  }, [shape, height]);

  useLayoutEffect(() => {
    const end = Math.max(...lines.map(({ series }) => series.times.at(-1) ?? -Infinity));
    const tables = lines.map(({ series }) => series.since(end - seconds));
    plot.current?.setData(uPlot.join(tables), false);
    plot.current?.setScale('x', { min: startOf(lines, end - seconds, end - NARROWEST), max: end });
  }, [shape, height, seconds, version]);

  return <div ref={place} class="plot" role="img" aria-label={label} />;
}

function optionsOf(lines: readonly PlotLine[], element: HTMLElement, height: number): uPlot.Options {
  const style = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: () => style('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: () => style('--grid'), width: 1 },
    ticks: { stroke: () => style('--grid'), width: 1, size: 4 },
  };
  const states = lines.every(({ series }) => typeof series.last.value === 'boolean');
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: 'live' }, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: true }, y: { range: (_plot, low, high) => (states ? [-0.2, 1.2] : paddedRange(low, high)) } },
    axes: [
      { ...axis, space: 90, values: (_plot, ticks, _axis, _space, step) => formatTicks(ticks, step), size: 42 },
      { ...axis, size: 62, ...(states ? stateAxis : {}) },
    ],
    series: [
      {},
      ...lines.map(({ series, colour }) => ({
        label: series.topic,
        stroke: () => style(`--series-${colour}`),
        width: 1.8,
        points: { size: 5 },
        ...(typeof series.last.value === 'boolean' ? { paths: stepped() } : {}),
      })),
    ],
  };
}

const stateAxis: uPlot.Axis = { splits: () => [0, 1], values: () => [formatValue(false), formatValue(true)] };

/** The window's start or, while the points do not fill it yet, the first point's time. */
function startOf(lines: readonly PlotLine[], earliest: number, latest: number): number {
  const first = Math.min(...lines.map(({ series }) => series.times[0] ?? Infinity));
  return Math.min(Math.max(first, earliest), latest);
}

function stepped(): uPlot.Series.PathBuilder {
  const make = uPlot.paths.stepped;
  if (make === undefined) throw new Error('uPlot has no stepped lines');
  return make({ align: 1 });
}

/** A tenth of air above and below, and a level line in the middle. */
function paddedRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const air = low === high ? Math.max(Math.abs(low) * 0.05, 0.5) : (high - low) * 0.1;
  return [low - air, high + air];
}
