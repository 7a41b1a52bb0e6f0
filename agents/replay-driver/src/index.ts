/** Replays the readings of a real air handling unit. @packageDocumentation */
import { defineAgent, publishingMethods, t } from '@volttron-ts/agent';
import { replay } from './replay.ts';

export default defineAgent({
  name: 'replay-driver',
  version: '0.1.0',
  config: t.Object({
    topic: t.String({
      default: 'devices/campus/building/ahu1/all',
      pattern: '/all$',
      description: 'where the rows are published',
    }),
    rate: t.Number({ default: 20, exclusiveMinimum: 0, maximum: 1000, description: 'rows a second' }),
    file: t.Optional(t.String({ description: 'another CSV file; the readings that come with the agent when absent' })),
    paused: t.Boolean({ default: false, description: 'publish nothing' }),
  }),
  methods: publishingMethods(({ topic }: { topic: string; paused: boolean }) => topic),
  run: replay,
});
