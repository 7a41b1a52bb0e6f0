/** Logs every message it hears. @packageDocumentation */
import { defineAgent, pause, t } from '@volttron-ts/agent';
import { prettyPrint, repr } from './python-text.ts';

const levels = { DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

export default defineAgent({
  name: 'listener',
  version: '3.3',
  config: t.Object({
    agentid: t.String({ default: 'listener', description: 'a name, told at the start' }),
    message: t.String({ default: 'Listener Message', description: 'context of its status' }),
    heartbeat_period: t.Unknown({
      default: 5,
      description: 'seconds between heartbeats, 0 for none; 5 for no integer',
    }),
    runtime_limit: t.Integer({ default: 0, minimum: 0, description: 'seconds after which it ends, 0 for never' }),
    'log-level': t.Union([t.Literal('DEBUG'), t.Literal('INFO'), t.Literal('WARN'), t.Literal('ERROR')], {
      default: 'INFO',
      description: 'level of what it logs',
    }),
  }),
  async run({ vip, config, clock, log, signal, stop }) {
    const tell = (): void => {
      const period = config.heartbeat_period;
      vip.heartbeat.setPeriod(Number.isInteger(period) ? Math.max(0, Number(period)) : 5);
      vip.health.setStatus('GOOD', config.message);
    };
    tell();
    config.onChange(tell);
    log[levels[config['log-level']]](`Agent: ${config.agentid}, version 3.3`);
    if (config.runtime_limit > 0) void pause(clock, config.runtime_limit * 1000, signal).then(stop);
    for await (const heard of vip.pubsub.subscribe('', { signal, allPlatforms: true })) {
      const { sender, bus, topic, headers, message } = heard;
      log[levels[config['log-level']]](
        `Peer: pubsub, Sender: ${sender}:, Bus: ${bus}, Topic: ${topic}, Headers: ${repr(headers)}, Message: \n${prettyPrint(message)}`,
      );
    }
  },
});
