#!/usr/bin/env node
/** A dns-hook for the mock DNS of pebble; its URL stands in a file beside. */
/* global fetch */
import { appendFileSync, readFileSync } from 'node:fs';
import process from 'node:process';

const [, script = '', action, name, value] = process.argv;
const url = readFileSync(`${script}.url`, 'utf8');
appendFileSync(`${script}.log`, `${action} ${name} ${value}\n`);
if (url === 'broken') {
  process.stderr.write('secret-of-the-dns-provider');
  process.exit(3);
}
const body = action === 'add' ? { host: `${name}.`, value } : { host: `${name}.` };
await fetch(`${url}/${action === 'add' ? 'set-txt' : 'clear-txt'}`, { method: 'POST', body: JSON.stringify(body) });
