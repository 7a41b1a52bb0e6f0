#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

enableCompileCache();
const { main } = await import('@volttron-ts/cli');
await main(process.argv.slice(2));
