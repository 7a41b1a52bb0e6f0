/** Knows the platforms that register with it. @packageDocumentation */
import { defineAgent, t } from '@volttron-ts/agent';
import { attend } from './attend.ts';

const unused = t.Optional(t.Unknown({ description: 'read by nobody' }));

export default defineAgent({
  name: 'volttron-central',
  version: '5.2',
  config: t.Object({ agentid: unused, 'topic-replace-list': unused }),
  run: attend,
});
