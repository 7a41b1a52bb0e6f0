import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { manual, PluginConfigError } from '../src/index.ts';
import type { JsonObject } from '../src/index.ts';
import { readAcmeOptions } from '../src/plugins/acme/acme-options.ts';
import { contextFor } from './plugin-order.ts';
import { scratchFolder } from './scratch.ts';

const here = import.meta.dirname;
const page = (name: string): Promise<string> => readFile(join(here, '../../../docs/plugins', `${name}.md`), 'utf8');
const source = (name: string): Promise<string> => readFile(join(here, name), 'utf8');
const configurations = (markdown: string): JsonObject[] =>
  [...markdown.matchAll(/```json\n([^]*?)```/g)].map(([, json = '']) => JSON.parse(json) as JsonObject);
const options = (markdown: string): string[] => [...markdown.matchAll(/^\| `([\w-]+)`/gm)].map(([, name = '']) => name);

describe('docs/plugins', () => {
  it('shows the example that runs, and how it is tested', async () => {
    const markdown = await page('writing-a-plugin');
    expect(markdown).toContain(
      (await source('example-plugin.ts')).replaceAll("'../src/index.ts'", "'@volttron-ts/pki'").trim(),
    );
    const test = await source('example-plugin.int.test.ts');
    expect(markdown).toContain(test.slice(test.indexOf('describeCertificatePlugin(')).trim());
  });

  it('shows configurations of acme that it takes, and tells every option', async () => {
    const markdown = await page('acme');
    const found = configurations(markdown).map(readAcmeOptions);
    expect(found.map(({ challenge }) => challenge.kind)).toEqual(['http-port', 'webroot', 'dns-hook']);
    expect(() => readAcmeOptions({ unknown: 1 })).toThrow(
      options(markdown)
        .map((name) => `"${name}"`)
        .join(', '),
    );
  });

  it('shows the configuration of manual that it takes, and tells every option', async () => {
    const markdown = await page('manual');
    const [config = {}] = configurations(markdown);
    const home = await scratchFolder();
    // The file is missing, the option is known.
    const refusal = manual.create(await contextFor(home, 'manual', config));
    await expect(refusal).rejects.toThrow(PluginConfigError);
    await expect(refusal).rejects.toThrow(/offline-root\.pem\) cannot be used/);
    expect(options(markdown)).toEqual(['root']);
  });
});
