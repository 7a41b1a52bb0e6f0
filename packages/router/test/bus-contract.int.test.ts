import { describeBus } from '@volttron-ts/vip-core/testing';
import { RouterRig } from './router-rig.ts';

describeBus(
  'in-process port',
  async () => {
    const rig = await RouterRig.create();
    return { connect: (identity) => rig.connection(identity), close: async () => rig[Symbol.asyncDispose]() };
  },
  'in-process',
);
