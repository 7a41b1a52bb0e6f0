import { expect, it } from 'vitest';
import {
  AgainError,
  ClosedError,
  DeniedError,
  InvalidValueError,
  JournalGapError,
  ProtocolError,
  RemoteError,
  TimeoutError,
  UnauthorizedError,
  UnknownSubsystemError,
  UnreachableError,
  VipError,
} from './errors.ts';

it.each([
  [new UnreachableError('nobody'), 'unreachable', 'No peer "nobody" is connected.', 'peer', 'nobody'],
  [new AgainError('slow'), 'again', 'The queue of "slow" is full. Try again later.', 'peer', 'slow'],
  [new UnknownSubsystemError('x', ''), 'unknown-subsystem', 'the router', 'subsystem', 'x'],
  [new UnknownSubsystemError('x', 'a'), 'unknown-subsystem', '"a" does not know the subsystem "x".', 'subsystem', 'x'],
  [new UnauthorizedError('No.', { item: 'topic', value: 't' }), 'unauthorized', 'No.', 'topic', 't'],
  [new ProtocolError('Bad.'), 'protocol', 'Bad.', undefined, undefined],
  [new TimeoutError('hello', 1500), 'timeout', 'No answer to hello after 1.5 seconds.', 'hello', undefined],
  [new ClosedError('The bus'), 'closed', 'The bus is closed.', 'The bus', undefined],
  [new DeniedError('tcp://a:1', 'KEY'), 'denied', 'vctl auth remote approve', 'credential', 'KEY'],
  [new InvalidValueError('port', 7, 'No.', 'Take 8.'), 'invalid-value', 'No. Take 8.', 'port', 7],
  [new RemoteError('a', 'm', -32000, 'boom', {}), 'remote', '"a" failed m: boom (-32000).', 'm', 'a'],
  [new JournalGapError('e', 5), 'journal-gap', 'epoch e up to 5', 'epoch', 'e'],
])('%s has a code, an item, a value and one line', (error, code, line, item, value) => {
  expect(error).toBeInstanceOf(VipError);
  expect(error.name).toBe(error.constructor.name);
  expect(error).toMatchObject({ code, item, value });
  expect(error.line).toContain(line);
});

it('keeps the cause', () => {
  const cause = new Error('why');
  expect(new VipError('x', 'What.', { cause }).cause).toBe(cause);
  expect('cause' in new VipError('x', 'What.')).toBe(false);
});
