/** Brings the readings of a remote platform here. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { pull } from './pull.ts';

const unused = t.Optional(t.Unknown({ description: 'read by nobody, as in VOLTTRON' }));

export default defineAgent({
  name: 'data-puller',
  version: '3.5',
  config: t.Object({
    'source-vip': t.Optional(t.String({ description: 'tcp://HOST:PORT of the source' })),
    'source-address': t.Optional(t.String({ description: 'https://HOST:PORT of it; goes before source-vip' })),
    'source-serverkey': t.Optional(t.String({ description: 'its public key; else known hosts, else discovery' })),
    'source-root-certificate': t.Optional(
      t.String({ description: 'PEM file of the root that its web certificate comes from' }),
    ),
    services_topic_list: t.Array(t.String(), {
      default: ['all'],
      description: 'topic prefixes; "all" for devices, datalogger, analysis and record',
    }),
    custom_topic_list: t.Array(t.String(), { default: [], description: 'more topic prefixes' }),
    topic_replace_list: t.Array(t.Object({ from: t.String({ minLength: 1 }), to: t.String() }), {
      default: [],
      description: 'what is replaced in topics, in this order, case counts',
    }),
    window: t.Integer({ default: 4_194_304, minimum: 1, description: 'bytes read and not yet kept here' }),
    agentid: unused,
    identity: unused,
    include_destination_in_header: unused,
    origin: unused,
    overwrite_origin: unused,
    include_origin_in_header: unused,
  }),
  run: pull,
});
