import { encodeText } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { capturedReadings } from './capture-rules.ts';

const CAPTURED = Date.UTC(2026, 0, 2) * 1000;
const AT = Date.UTC(2026, 0, 1) * 1000;

/** The message is JSON text as a publisher would write it. */
function capture(topic: string, message: string, headers = '{"TimeStamp":"2026-01-01T00:00:00.000000+00:00"}') {
  const body = encodeText(`{"bus":"","headers":${headers},"message":${message},"sender":"driver"}`);
  return capturedReadings({ topic, time: CAPTURED, body });
}

describe('a device message', () => {
  it('gives one reading per point, without the first and the last segment, values as written', () => {
    const { readings } = capture('devices/campus/ahu1/all', '[{"T":1.0,"S":NaN},{"T":{"units":"F"}}]');
    expect(readings).toEqual([
      { topic: 'campus/ahu1/T', time: AT, value: '1.0', metadata: '{"units":"F"}' },
      { topic: 'campus/ahu1/S', time: AT, value: 'NaN', metadata: undefined },
    ]);
  });

  it('may be bare values, or a list without metadata', () => {
    expect(capture('devices/d/all', '{"T":1}').readings).toMatchObject([{ topic: 'd/T', metadata: undefined }]);
    expect(capture('devices/d/all', '[{"T":1}]').readings).toMatchObject([{ topic: 'd/T', metadata: undefined }]);
    expect(capture('devices/d/all', '[{"T":1},{"T":{}},3]').readings).toMatchObject([{ metadata: undefined }]);
  });

  it('counts only on the topic that ends in /all', () => {
    expect(capture('devices/campus/ahu1/T', '[1,{}]')).toEqual({ readings: [], untimed: 0 });
    expect(capture('devices/campus/ahu1/multi', '[{"T":1},{}]').readings).toEqual([]);
  });

  it('takes its time from TimeStamp, else Date, else the capture', () => {
    const times = (headers: string) => capture('devices/d/all', '{"T":1}', headers).readings.map(({ time }) => time);
    expect(times('{"TimeStamp":"2026-01-01T01:00:00+01:00","Date":"2027-01-01T00:00:00Z"}')).toEqual([AT]);
    expect(times('{"Date":"2026-01-01 00:00:00"}')).toEqual([AT]);
    expect(times('{}')).toEqual([CAPTURED]);
  });

  it('whose timestamp cannot be read has the capture time, and is counted', () => {
    for (const bad of ['"yesterday"', '5', '{}', '"2026-13-45T99:00:00Z"']) {
      const { readings, untimed } = capture('devices/d/all', '{"T":1,"S":2}', `{"TimeStamp":${bad}}`);
      expect(readings.map(({ time }) => time)).toEqual([CAPTURED, CAPTURED]);
      expect(untimed).toBe(2);
    }
  });
});

describe('an analysis message', () => {
  it('loses its first segment and needs no /all', () => {
    expect(capture('analysis/econ/ahu1', '{"x":1}').readings).toMatchObject([{ topic: 'econ/ahu1/x', time: AT }]);
    expect(capture('analysis/econ/ahu1/', '{"x":1}').readings).toMatchObject([{ topic: 'econ/ahu1/x' }]);
    expect(capture('analysis/econ/all', '[{"x":1},{"x":{"a":1}}]').readings).toMatchObject([
      { topic: 'econ/x', metadata: '{"a":1}' },
    ]);
  });
});

describe('a record', () => {
  it('keeps the whole topic and the message as written, at the time of its Date', () => {
    const headers = '{"Date":"2026-01-01T00:00:00Z","TimeStamp":"2027-01-01T00:00:00Z"}';
    expect(capture('record/notes', '{"a": 1.0}', headers).readings).toEqual([
      { topic: 'record/notes', time: AT, value: '{"a": 1.0}', metadata: undefined },
    ]);
    expect(capture('record/notes', '"x"').readings).toMatchObject([{ value: '"x"', time: CAPTURED }]);
  });

  it('is what any other captured topic is', () => {
    expect(capture('weather/now', '7').readings).toMatchObject([{ topic: 'weather/now', value: '7' }]);
  });
});

describe('a datalogger message', () => {
  const log = (message: string) => capture('datalogger/log', message);

  it('gives a scalar the time of capture, whatever the headers say', () => {
    expect(log('{"T":{"Readings":1.0,"Units":"F","data_type":"double"}}').readings).toEqual([
      { topic: 'datalogger/log/T', time: CAPTURED, value: '1.0', metadata: '{"units": "F", "type": "float"}' },
    ]);
  });

  it('takes times from the message', () => {
    const one = log('{"T":{"Readings":["2026-01-01T00:00:00Z",2],"Units":"F","tz":"UTC"}}');
    expect(one.readings).toMatchObject([
      { time: AT, value: '2', metadata: '{"units": "F", "type": "float", "tz": "UTC"}' },
    ]);
    const many = log('{"T":{"Readings":[["2026-01-01T00:00:00Z",2],["bad",3],[]],"Units":"F","data_type":"int"}}');
    expect(many.readings.map(({ time, value }) => [time, value])).toEqual([
      [AT, '2'],
      [CAPTURED, '3'],
    ]);
    expect(many.untimed).toBe(1);
  });

  it('leaves out points without Readings or Units', () => {
    const { readings, problem } = log('{"A":{"Readings":1},"B":{"Units":"F"},"C":{"Readings":1,"Units":"F"},"D":3}');
    expect(readings.map(({ topic }) => topic)).toEqual(['datalogger/log/C']);
    expect(problem).toBeUndefined();
    expect(log('{"A":{"Readings":1}}').problem).toMatch(/"A" lacks/);
  });
});

describe('a publication that cannot be understood', () => {
  it.each([
    ['devices/d/all', '3'],
    ['devices/d/all', '[]'],
    ['devices/d/all', 'rubbish'],
    ['datalogger/d', '[1]'],
    ['record/d', '{"a":}'],
  ])('gives no readings and says why: %s %s', (topic, message) => {
    const { readings, problem } = capture(topic, message);
    expect(readings).toEqual([]);
    expect(problem).toEqual(expect.any(String));
  });

  it('does so when the body itself is none', () => {
    const { problem } = capturedReadings({ topic: 'record/x', time: CAPTURED, body: encodeText('no body') });
    expect(problem).toMatch(/no JSON object/);
  });
});
