import { describe, expect, it } from 'vitest';
import { prefixesOf, replaceTopic, waysOf } from './topics.ts';

const config = (services: string[], custom: string[] = []): Parameters<typeof prefixesOf>[0] => ({
  services_topic_list: services,
  custom_topic_list: custom,
  topic_replace_list: [],
});

describe('topics of the data puller', () => {
  it('has record in all, and covers all prefixes with the fewest', () => {
    expect(prefixesOf(config(['all']))).toEqual(['analysis', 'datalogger', 'devices', 'record']);
    expect(prefixesOf(config(['devices/campus', 'devices', 'weather'], ['devices/actuators', 'weather/now']))).toEqual([
      'devices',
      'weather',
    ]);
    expect(prefixesOf(config(['devices'], ['']))).toEqual(['']);
  });

  it('takes from the journal what is in it, unchanged', () => {
    expect(waysOf(config(['devices/campus', 'record'], ['weather']))).toEqual({
      journal: ['devices/campus', 'record'],
      bus: ['weather'],
    });
    expect(waysOf(config(['all'], ['']))).toEqual({ journal: [], bus: [''] });
    const topic_replace_list = [{ from: 'a', to: 'b' }];
    expect(waysOf({ ...config(['devices']), topic_replace_list })).toEqual({ journal: [], bus: ['devices'] });
  });

  it('replaces case-sensitively, one pair after another', () => {
    const pairs = [
      { from: 'campus', to: 'site' },
      { from: 'site/A', to: 'X' },
    ];
    expect(replaceTopic('devices/campus/AHU/Campus', pairs)).toBe('devices/XHU/Campus');
  });
});
