import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TwoSites } from './support/two-sites.ts';

interface Example {
  readonly where: 'server' | 'client';
  readonly line: string;
  /** What it prints; `…` stands for anything. */
  readonly prints: string;
}

const document = readFileSync(fileURLToPath(new URL('../../../docs/certificate-requests.md', import.meta.url)), 'utf8');
const blocks = (language: string): string[] =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

const examples: Example[] = blocks('console')
  .join('')
  .split(/^(?=(?:server|client)\$ )/m)
  .map((text) => {
    const [, where = '', line = '', prints = ''] = /^(server|client)\$ ([^\n]+)\n(.*)$/s.exec(text) ?? [];
    return { where: where as Example['where'], line, prints };
  });

/** The values of an instance's configuration in the document. */
function configOf(name: string): Record<string, string> {
  const block = blocks('ini').find((text) => text.includes(`instance-name = ${name}\n`)) ?? '';
  const pairs = [...block.matchAll(/^(\S+) = (.*)$/gm)];
  return Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, value]));
}

/** Columns are as wide as their longest entry, and one address is as good as the other. */
function simplify(text: string): string {
  return text.replaceAll('::1', '127.0.0.1').replace(/ +/g, ' ').replace(/ $/gm, '').trim();
}

function patternOf(prints: string): RegExp {
  const literal = simplify(prints)
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.map((part) => part.trim()).join('.*')}$`, 's');
}

it('docs/certificate-requests.md shows what happens, from its configurations to its last example', async () => {
  const { 'instance-name': name, 'bind-web-address': bind, ...config } = configOf('volttron-server');
  expect([name, bind]).toEqual(['volttron-server', 'https://volttron-server:8443']);
  expect(configOf('volttron-client')).toEqual({ 'instance-name': 'volttron-client' });
  const sites = await TwoSites.open(config);
  expect(sites.root).toBe(join(sites.server.home, 'certificates/certs/volttron-server-root-ca.crt'));
  expect(examples.length).toBeGreaterThan(15);
  for (const { where, line, prints } of examples) {
    const { text } = await sites.run(where, line);
    expect(simplify(text), line).toMatch(patternOf(prints));
  }
});
