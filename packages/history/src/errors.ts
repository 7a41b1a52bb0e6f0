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

/** Python answers a TypeError with this text (reference/agents-cli.md §1.9). */
export class QueryTopicError extends VipError {
  override readonly name = 'QueryTopicError';
  constructor() {
    super('query-topic', '"Topic" required', { item: 'topic', remedy: 'Name a topic or a list of topics.' });
  }
}

export class QueryAggregateError extends VipError {
  override readonly name = 'QueryAggregateError';
  constructor() {
    super('query-aggregate', 'agg_type and agg_period come together or not at all.', {
      item: 'agg_type',
      remedy: 'Give both, or neither.',
    });
  }
}

/** Python answers a ValueError with exactly this text unless a unit of time is at fault. */
export class QuerySyntaxError extends VipError {
  override readonly name = 'QuerySyntaxError';
  constructor(value: unknown, message = 'Syntax Error in Query') {
    super('query-syntax', message, {
      item: 'start or end',
      value,
      remedy: 'Write a timestamp such as 2015-11-17T21:24:10+00:00, or now with offsets in d, h, m or s: now -1d -20m.',
    });
  }
}

export class ResultTooLongError extends VipError {
  override readonly name = 'ResultTooLongError';
  constructor(rows: number) {
    super('result-too-long', `The answer would have more than ${rows} rows.`, {
      item: 'query',
      value: rows,
      remedy: 'Give count and skip, or a shorter time.',
    });
  }
}

export class PatternError extends VipError {
  override readonly name = 'PatternError';
  constructor(pattern: string, cause: unknown) {
    super('pattern', `The topic pattern ${JSON.stringify(pattern)} is no regular expression.`, {
      item: 'topic_pattern',
      value: pattern,
      cause,
    });
  }
}

/** By the loop guard all of the other's records would be dropped. */
export class SameInstanceError extends VipError {
  override readonly name = 'SameInstanceError';
  constructor(instance: string) {
    super('same-instance', `The sender's instance is named "${instance}", as this one is.`, {
      item: 'instance-name',
      value: instance,
      remedy: 'Give one of the two instances another name.',
    });
  }
}
