import { expect, it } from 'vitest';
import { configKey, stripConfigName } from './config-name.ts';

it('a name is stripped of white space and slashes of both kinds at its ends, and compared without case', () => {
  expect(stripConfigName(' \t/\\devices/Campus \\/\n')).toBe('devices/Campus');
  expect(configKey('/Config ')).toBe('config');
});
