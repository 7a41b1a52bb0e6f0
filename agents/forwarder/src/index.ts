/** Replicates the local journal to a remote platform. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { forward } from './forward.ts';

export default defineAgent({
  name: 'forwarder',
  version: '5.1',
  config: t.Object({
    'destination-vip': t.Optional(t.String({ description: 'tcp://HOST:PORT of the destination' })),
    'destination-address': t.Optional(
      t.String({ description: 'https://HOST:PORT of it; goes before destination-vip' }),
    ),
    'destination-serverkey': t.Optional(t.String({ description: 'its public key; else known hosts, else discovery' })),
    'destination-root-certificate': t.Optional(
      t.String({ description: 'PEM file of the root that its web certificate comes from' }),
    ),
    prefixes: t.Array(t.String(), { default: [], description: 'topic prefixes; none for every captured topic' }),
    window: t.Integer({ default: 4_194_304, minimum: 1, description: 'bytes sent and not yet acknowledged' }),
  }),
  run: forward,
});
