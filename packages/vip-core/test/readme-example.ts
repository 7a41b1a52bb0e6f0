import { decodeMessage, encodeMessage, encodePublishBody, encodeText, parseAddress } from '../src/index.ts';

const { endpoint } = parseAddress('tcp://127.0.0.1:22916?serverkey=JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o');
const body = encodePublishBody('', { TimeStamp: '2014-10-13T10:33:00.000000+00:00' }, [{ SupplyAirTemp: 72.5 }]);
const frames = encodeMessage({
  peer: '', // the router
  id: 'ts-1',
  subsystem: 'pubsub',
  args: [encodeText('publish'), encodeText('devices/campus/building/ahu1/all'), body],
});
export const sent = { to: endpoint, message: decodeMessage(frames) };
