import { defineAgent, t } from '@volttron-ts/agent';

export default defineAgent({
  name: 'averages',
  config: t.Object({ unit: t.String({ default: 'devices/campus/ahu1', description: 'device topic' }) }),
  methods: { twice: { params: t.Tuple([t.Number({ title: 'n' })]), call: ([n]) => 2 * n } },
  async run({ vip, config, signal }) {
    for await (const { values } of vip.pubsub.subscribe(`${config.unit}/all`, { signal })) {
      const points = Object.values(values);
      await vip.pubsub.publish('analysis/average', points.reduce((sum, value) => sum + value, 0) / points.length);
    }
  },
});
