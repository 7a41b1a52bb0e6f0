// A certificate plugin that does what `orderMeta.does` says.
import process from 'node:process';
import { setTimeout } from 'node:timers';

const deeds = {
  issue: () => ({ status: 'certificate generated', certificate: 'PEM' }),
  loop: () => {
    for (;;);
  },
  throw: () => {
    throw new Error('the CA is on fire');
  },
  exit: () => process.exit(3),
  never: () => new Promise(() => undefined),
  leak: () => {
    const kept = [];
    for (;;) kept.push(new Array(1_000_000).fill(kept.length));
  },
  print: () => {
    for (let line = 0; line < 5000; line++) process.stdout.write(`${line} ${'x'.repeat(2000)}\n`);
    return { status: 'waiting for CA' };
  },
  huge: () => ({ status: 'waiting for CA', statusMessage: 'x'.repeat(17 << 20) }),
  strange: () => 7,
  later: ({ save }) => {
    setTimeout(() => void save(), 50);
    return { status: 'waiting for CA' };
  },
  environment: () => ({ status: 'waiting for CA', statusMessage: Object.keys(process.env).sort().join() }),
};

export default {
  name: 'unruly',
  create: ({ config }) => {
    if (config.broken) throw new Error('the configuration says so');
    const act = async (order) => {
      order.pluginMeta.calls = (order.pluginMeta.calls ?? 0) + 1;
      if (order.orderMeta.saves) await order.save();
      return deeds[order.orderMeta.does](order);
    };
    return {
      supports: ({ does }) => (does === 'throw' ? deeds.throw() : does !== 'nothing'),
      issueCertificateRequest: act,
      checkCertificateStatus: act,
      modifyCertificateRequest: act,
      cancelCertificateRequest: act,
    };
  },
};
