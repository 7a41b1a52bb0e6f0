import { openEnrolment } from '../../src/index.ts';

const [path = '', credential = ''] = process.argv.slice(2);
const nothing = () => undefined;
/** Decides, and then stands still in the middle of the grant until it is killed. */
const standStill = (): Promise<void> => {
  process.stdout.write('granting\n');
  return new Promise(() => setInterval(nothing, 1000));
};
const enrolment = await openEnrolment({
  path,
  grant: { check: () => Promise.resolve(), grant: standStill, withdraw: standStill, forget: standStill },
  clock: { now: Date.now, monotonic: performance.now.bind(performance), after: () => nothing },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
});
enrolment.report(
  { mechanism: 'CURVE', credential, identity: 'agent.a', domain: 'vip', address: '10.0.0.5' },
  { status: 300, text: 'pending' },
);
const [request] = await enrolment.list();
if (request !== undefined) await enrolment.approve(request.id, { by: 'admin', from: 'test' });
