/** Live figures of this host, every second. @packageDocumentation */
import { defineAgent, publishingMethods, t } from '@volttron-ts/agent';
import { monitor, topicOf } from './monitor.ts';

export default defineAgent({
  name: 'sysmon',
  version: '0.1.0',
  config: t.Object({
    topic: t.Optional(t.String({ pattern: '/all$', description: 'devices/<hostname>/sysmon/all when absent' })),
    interval: t.Number({ default: 1, minimum: 0.1, maximum: 86_400, description: 'seconds between publications' }),
    disk: t.String({ default: '/', description: 'a path of the file system to watch' }),
    paused: t.Boolean({ default: false, description: 'publish nothing' }),
  }),
  methods: publishingMethods<{ topic?: string; paused: boolean }>(topicOf),
  run: monitor,
});
