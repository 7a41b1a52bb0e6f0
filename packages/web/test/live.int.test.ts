import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { WebRig } from './web-rig.ts';

const point = { topic: 'devices/a/b', time: '2026-11-22T10:12:00.000000+00:00', value: 21.5, units: 'degC' };

/** Opens `/api/live` on a socket of its own, so that a test says when it reads. */
function openStream(rig: WebRig) {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(rig.address).port), ca: rig.ca });
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  socket.write('GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  return { socket, read: () => text };
}

describe('/api/live', () => {
  it('streams the last points, then what arrives, with the headers of all answers', async () => {
    await using rig = await WebRig.start();
    rig.feed.send([point]);
    const { socket, read } = openStream(rig);
    await expect.poll(read).toContain(`data: ${JSON.stringify([point])}\n\n`);
    expect(read()).toMatch(/content-type: text\/event-stream/i);
    expect(read()).toMatch(/content-security-policy: default-src 'none'/i);
    rig.feed.send([{ ...point, value: 22 }]);
    await expect.poll(read).toContain('"value":22,');
    socket.destroy();
    await expect.poll(() => rig.feed.listeners.size).toBe(0);
  });

  it('drops a client that does not read, and goes on for the others', async () => {
    await using rig = await WebRig.start();
    const [slow, quick] = [openStream(rig), openStream(rig)];
    await expect.poll(() => [slow.read(), quick.read()].every((text) => text.includes('retry:'))).toBe(true);
    slow.socket.pause();
    const gone = new Promise<void>((resolve) =>
      slow.socket.once('close', () => {
        resolve();
      }),
    );
    const batch = Array.from({ length: 2000 }, () => point);
    const ends = () => rig.lines.filter((line) => line.startsWith('live stream ended')).length;
    for (let count = 0; ends() === 0 && count < 1000; count++) {
      rig.feed.send(batch);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ends()).toBe(1);
    slow.socket.resume();
    await gone;
    rig.feed.send([{ ...point, value: 'still here' }]);
    await expect.poll(quick.read).toContain('still here');
    quick.socket.destroy();
  });

  it('is for users only when the client is not on this machine', async () => {
    await using rig = await WebRig.start();
    rig.feed.send([point]);
    const remote = { 'x-forwarded-for': '192.0.2.9' };
    for (const path of ['/api/live', '/api/live/latest']) {
      const answer = await rig.ask(path, { headers: remote });
      expect([answer.status, answer.headers['content-type']]).toEqual([401, 'application/problem+json']);
    }
    const cookie = await rig.logIn('viewer');
    const latest = await rig.ask('/api/live/latest', { headers: { ...remote, cookie } });
    expect(JSON.parse(latest.text)).toEqual([point]);
  });

  it('ends when the session does', async () => {
    await using rig = await WebRig.start();
    const cookie = await rig.logIn('viewer');
    const stream = rig.ask('/api/live', { headers: { via: '1.1 proxy', cookie } });
    await expect.poll(() => rig.feed.listeners.size).toBe(1);
    rig.users.expire();
    rig.clock.step(15_000);
    expect((await stream).text).toContain(': \n\n');
  });
});
