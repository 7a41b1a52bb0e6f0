import { configKey } from './config-name.ts';

const PREFIX = 'config://';

/** Keys of the configurations that contents link to: texts that begin with `config://`, wherever they stand. */
export function linksOf(contents: unknown): Set<string> {
  const links = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.slice(0, PREFIX.length).toLowerCase() === PREFIX) links.add(configKey(value.slice(PREFIX.length)));
    } else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) look(inner);
  };
  // A configuration that is text itself has no links.
  if (typeof contents === 'object' && contents !== null) look(contents);
  return links;
}

/** Whether following the links of new contents leads back to their own name. `contentsOf` answers by key. */
export function isCircular(name: string, contents: unknown, contentsOf: (key: string) => unknown): boolean {
  const own = configKey(name);
  const seen = new Set<string>();
  const waiting = [...linksOf(contents)];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (key === own) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    waiting.push(...linksOf(contentsOf(key)));
  }
  return false;
}
