import { useEffect, useState } from 'preact/hooks';

export type Page = 'live' | 'keys';

/** The page that the address names: `#/live`, which is also the first one, or `#/keys`. */
export function usePage(): Page {
  const [page, setPage] = useState(pageOf(location.hash));
  useEffect(() => {
    const listener = () => {
      setPage(pageOf(location.hash));
    };
    addEventListener('hashchange', listener);
    return () => {
      removeEventListener('hashchange', listener);
    };
  }, []);
  return page;
}

function pageOf(hash: string): Page {
  return hash.startsWith('#/keys') ? 'keys' : 'live';
}
