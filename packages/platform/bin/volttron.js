#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

enableCompileCache();
const { main } = await import('@volttron-ts/platform');
await main(process.argv.slice(2));
