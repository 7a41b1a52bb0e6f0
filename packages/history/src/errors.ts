import { VipError } from '@volttron-ts/vip-core';

/** A commit names a cursor that nothing was read by. */
export class UnknownCursorError extends VipError {
  override readonly name = 'UnknownCursorError';
  constructor(cursor: string) {
    super('unknown-cursor', `The journal has no cursor "${cursor}".`, {
      item: 'cursor',
      value: cursor,
      remedy: 'Read by it first: that makes it.',
    });
  }
}

/** The journal was put back to a copy from before that epoch. */
export class UnknownEpochError extends VipError {
  override readonly name = 'UnknownEpochError';
  constructor(epoch: string) {
    super('unknown-epoch', `The journal has no epoch "${epoch}".`, {
      item: 'epoch',
      value: epoch,
      remedy: 'Read anew from the committed position.',
    });
  }
}
