import { useEffect, useState } from 'preact/hooks';
import type { LivePoint } from '@volttron-ts/vip-core';
import { LiveStore } from './live-store.ts';

/** The plot is drawn at most so often; a closed stream is tried again after so long. In milliseconds. */
const REDRAW = 200;
const RETRY = 5000;

export type StreamState = 'connecting' | 'live' | 'lost';

export interface Live {
  readonly store: LiveStore;
  readonly state: StreamState;
}

/** Follows `/api/live` once the viewer may; `onRefused` when the platform ends the stream for good. */
export function useLive(mayWatch: boolean, onRefused: () => void): Live {
  const [store] = useState(() => new LiveStore());
  const [state, setState] = useState<StreamState>('connecting');
  useEffect(() => (mayWatch ? follow(store, setState, onRefused) : undefined), [store, mayWatch, onRefused]);
  return { store, state };
}

/** Draws the calling component anew when something arrived. */
export function useRedraw(store: LiveStore): void {
  const [, setVersion] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setVersion(store.version);
    }, REDRAW);
    return () => {
      clearInterval(timer);
    };
  }, [store]);
}

function follow(store: LiveStore, setState: (state: StreamState) => void, onRefused: () => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource('/api/live');
    source.onopen = () => {
      setState('live');
    };
    source.onmessage = ({ data }: MessageEvent<string>) => {
      store.add(JSON.parse(data) as readonly LivePoint[]);
    };
    source.onerror = () => {
      setState('lost');
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, RETRY);
      onRefused();
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
