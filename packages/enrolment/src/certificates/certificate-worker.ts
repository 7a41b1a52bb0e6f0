import type { Database, GroupCommit } from '@volttron-ts/storage';

import type { Limits } from '../enrolment-request.ts';
import { CertificateMachine } from './certificate-machine.ts';
import { SqliteRows } from './sqlite-rows.ts';

type Command = Exclude<keyof CertificateMachine, Read>;
type Read = 'look' | 'approvable' | 'list' | 'find' | 'container' | 'trailHead' | 'verifyTrail' | 'owed';
type Request<Method extends keyof CertificateMachine> = Parameters<CertificateMachine[Method]>[0];
type Response<Method extends keyof CertificateMachine> = ReturnType<CertificateMachine[Method]>;

/** The machine's methods as a worker offers them. */
export type CertificateWorkerApi = {
  readonly [Method in Read as `certificates.${Method}`]: (request: Request<Method>) => Response<Method>;
} & {
  readonly [Method in Command as `certificates.${Method}`]: (request: Request<Method>) => Promise<Response<Method>>;
};

/** Each command is one transaction, and answers once it is committed. */
export function certificateHandlers(database: Database, writes: GroupCommit, limits: Limits): CertificateWorkerApi {
  const machine = new CertificateMachine(new SqliteRows(database), limits);
  return {
    'certificates.look': (request) => machine.look(request),
    'certificates.approvable': (request) => machine.approvable(request),
    'certificates.list': (request) => machine.list(request),
    'certificates.find': (request) => machine.find(request),
    'certificates.container': (request) => machine.container(request),
    'certificates.trailHead': () => machine.trailHead(),
    'certificates.verifyTrail': (request) => machine.verifyTrail(request),
    'certificates.owed': () => machine.owed(),
    'certificates.submit': (request) => writes.run(() => machine.submit(request)),
    'certificates.order': (request) => writes.run(() => machine.order(request)),
    'certificates.count': (request) =>
      writes.run(() => {
        machine.count(request);
      }),
    'certificates.approve': (request) => writes.run(() => machine.approve(request)),
    'certificates.deny': (request) => writes.run(() => machine.deny(request)),
    'certificates.remove': (request) => writes.run(() => machine.remove(request)),
    'certificates.cancel': (request) => writes.run(() => machine.cancel(request)),
    'certificates.modify': (request) => writes.run(() => machine.modify(request)),
    'certificates.claim': (request) => writes.run(() => machine.claim(request)),
    'certificates.save': (request) =>
      writes.run(() => {
        machine.save(request);
      }),
    'certificates.settle': (request) => writes.run(() => machine.settle(request)),
    'certificates.recover': (request) => writes.run(() => machine.recover(request)),
    'certificates.settleSteps': (request) =>
      writes.run(() => {
        machine.settleSteps(request);
      }),
  };
}
