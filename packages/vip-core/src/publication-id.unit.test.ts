import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPublicationId, parsePublicationId } from './publication-id.ts';

it('names a publication by epoch and number', () => {
  expect(formatPublicationId({ epoch: '0a1b2c3d', n: 7 })).toBe('p.0a1b2c3d.7');
  expect(parsePublicationId('p.0a1b2c3d.7')).toEqual({ epoch: '0a1b2c3d', n: 7 });
});

it('comes back from its text', () => {
  const id = fc.record({
    epoch: fc.stringMatching(/^[0-9a-z]{8,16}$/),
    n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
  fc.assert(
    fc.property(id, (given) => {
      expect(parsePublicationId(formatPublicationId(given))).toEqual(given);
    }),
  );
});

it.each([
  '',
  'p.',
  'p.0a1b2c3d',
  'p.0a1b2c3d.',
  'p.0a1b2c3d.0',
  'p.0a1b2c3d.01',
  'p.0a1b2c3d.-1',
  'p.0a1b2c3d.1.2',
  'p.0a1b2c3d.1e3',
  'p.0a1b2c3.1',
  'p.0a1b2c3d0a1b2c3d0.1',
  'p.0A1B2C3D.1',
  'p.0a1b2c3d.9007199254740993',
  '1795341730.000000.8753819696062.000000',
  ' p.0a1b2c3d.1',
])('"%s" is the id of no numbered publication', (text) => {
  expect(parsePublicationId(text)).toBeUndefined();
});
