/** Shows this platform and its agents to a central. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { present } from './present.ts';

export default defineAgent({
  name: 'central-platform',
  version: '4.8',
  config: t.Object({
    'volttron-central-address': t.Optional(
      t.String({
        description: 'https://HOST:PORT or tcp://HOST:PORT of the central; else what the platform is set to',
      }),
    ),
    'volttron-central-serverkey': t.Optional(
      t.String({ description: 'its public key; else the platform’s setting, known hosts, discovery' }),
    ),
    'volttron-central-root-certificate': t.Optional(
      t.String({ description: 'PEM file of the root that its web certificate comes from' }),
    ),
    'instance-name': t.Optional(t.String({ description: 'what the central shows; else the name of the platform' })),
    'topic-replace-map': t.Record(t.String(), t.String(), { default: {}, description: 'for get_replace_map' }),
  }),
  run: present,
});
