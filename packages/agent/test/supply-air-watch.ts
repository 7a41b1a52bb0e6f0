import { defineAgent, t } from '@volttron-ts/agent';

export default defineAgent({
  name: 'supply-air-watch',
  config: t.Object({
    unit: t.String({ default: 'devices/campus/building/ahu1', description: 'device topic' }),
    limit: t.Number({ default: 75, description: '°F' }),
    central: t.Optional(t.String({ format: 'uri' })),
  }),
  methods: {
    setLimit: {
      requires: 'edit_limit',
      params: t.Tuple([t.Number()]),
      call: ([limit], { config }) => config.update({ limit }),
    },
  },
  async run({ vip, config, log, signal }) {
    // once; a reconnect does not run it again
    const central = config.central ? vip.auth.connectRemotePlatform(config.central) : vip;
    for await (const reading of vip.pubsub.subscribe(`${config.unit}/all`, { signal })) {
      if (reading.values.SupplyAirTemp <= config.limit) continue;
      log.warn('supply air too warm', { value: reading.values.SupplyAirTemp, limit: config.limit });
      await central.pubsub.publish('analysis/supply-air', reading.values); // settles when safely kept
    }
  },
});
