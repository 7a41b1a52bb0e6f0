import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function lines(format: 'terminal' | 'json', level: 'info' | 'debug' = 'info'): { text: () => string; log: Log } {
  let text = '';
  const log = createLog({ name: 'volttron.platform.auth', level, format, write: (line) => (text += line) });
  return { text: () => text, log };
}

type Log = ReturnType<typeof createLog>;

describe('the log', () => {
  it("writes a terminal's lines in VOLTTRON's form (seed 001)", () => {
    const { text, log } = lines('terminal');
    log.info('authentication success: domain=vip');
    log.warn('a peer', { identity: 'x', retries: 2 });
    expect(text()).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \(\) volttron\.platform\.auth INFO: authentication success: domain=vip\n/,
    );
    expect(text()).toMatch(/ \(\) volttron\.platform\.auth WARNING: a peer identity=x retries=2\n$/);
  });

  it('lets no control character of a peer reach the terminal', () => {
    const { text, log } = lines('terminal');
    log.error('bad\u001b[31m name\nforged line', { identity: 'a\u0007\u2028b' });
    expect(text()).toContain('ERROR: bad\\u001b[31m name\\u000aforged line identity=a\\u0007\\u2028b\n');
    expect(text().match(/\n/g)).toHaveLength(1);
  });

  it('writes one JSON object a line elsewhere', () => {
    const { text, log } = lines('json', 'debug');
    log.debug('it listens\nhere', { address: 'tcp://127.0.0.1:1' });
    expect(text().endsWith('\n')).toBe(true);
    expect(JSON.parse(text())).toMatchObject({
      ...{ level: 20, name: 'volttron.platform.auth' },
      ...{ msg: 'it listens\nhere', address: 'tcp://127.0.0.1:1' },
    });
  });

  it('leaves out what is below its level', () => {
    const { text, log } = lines('json');
    log.debug('nobody asked');
    expect(text()).toBe('');
  });
});
