#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import process from 'node:process';

enableCompileCache();
const { vcfgMain } = await import('@volttron-ts/cli');
await vcfgMain(process.argv.slice(2));
