import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import type { AgentSockets, SocketClient } from '../src/agent-routes.ts';
import { WebRig } from './web-rig.ts';

let rig: WebRig;
let endpoint: HandEndpoint;
beforeEach(async () => {
  rig = await WebRig.start();
  endpoint = new HandEndpoint();
  rig.agents.endpoints.set('/chat/é', endpoint);
});
afterEach(() => rig[Symbol.asyncDispose]());

/** An endpoint that notes what happens. */
class HandEndpoint implements AgentSockets {
  readonly agent = 'chatter';
  readonly clients = new Set<SocketClient>();
  readonly texts: string[] = [];
  leavings = 0;
  answer: () => Promise<boolean> = () => Promise.resolve(true);
  taken: () => Promise<void> = () => Promise.resolve();

  opened(): Promise<boolean> {
    return this.answer();
  }

  join(client: SocketClient): boolean {
    this.clients.add(client);
    return true;
  }

  async received(text: string): Promise<void> {
    await this.taken();
    this.texts.push(text);
  }

  left(client: SocketClient | undefined): void {
    this.leavings++;
    if (client !== undefined) this.clients.delete(client);
  }
}

const dial = (path = '/chat/%C3%A9', options: ClientOptions = {}): WebSocket => {
  const socket = new WebSocket(rig.address.replace('https:', 'wss:') + path, { ca: rig.ca, ...options });
  socket.on('error', () => undefined);
  return socket;
};

const event = (socket: WebSocket, name: string): Promise<unknown[]> =>
  new Promise((resolve) =>
    socket.once(name, (...args: unknown[]) => {
      resolve(args);
    }),
  );

/** The status by which a client is refused. */
const refusal = async (socket: WebSocket): Promise<number | undefined> => {
  const [, response] = await event(socket, 'unexpected-response');
  socket.terminate();
  return (response as { statusCode?: number }).statusCode;
};

describe('a web socket', () => {
  it('is let in when the agent says so, carries text both ways in order, and its end is told', async () => {
    const socket = dial();
    await event(socket, 'open');
    for (let count = 0; count < 50; count++) socket.send(`é中😀 ${count}`);
    await expect.poll(() => endpoint.texts.length).toBe(50);
    expect(endpoint.texts.map((text) => text.split(' ')[1]).join()).toBe([...Array(50).keys()].join());
    const message = event(socket, 'message');
    for (const client of endpoint.clients) client.send(Buffer.from('to you 😀'));
    expect(String((await message)[0])).toBe('to you 😀');
    socket.close();
    await expect.poll(() => endpoint.leavings).toBe(1);
    expect(endpoint.clients.size).toBe(0);
  });

  it('is refused when the agent says no, fails, or is not there', async () => {
    endpoint.answer = () => Promise.resolve(false);
    expect(await refusal(dial())).toBe(403);
    endpoint.answer = () => Promise.reject(new Error('broken'));
    expect(await refusal(dial())).toBe(502);
    expect(await refusal(dial('/nobody'))).toBe(404);
    expect(endpoint.clients.size).toBe(0);
  });

  it('is refused to a page of another host, and let in to our own', async () => {
    expect(await refusal(dial(undefined, { origin: 'https://evil.example' }))).toBe(403);
    const own = dial(undefined, { origin: rig.address });
    await event(own, 'open');
    own.terminate();
  });

  it('is told as left when the client went while the agent decided', async () => {
    const decided = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<undefined>();
    endpoint.answer = () => {
      asked.resolve(undefined);
      return decided.promise;
    };
    const socket = dial();
    await asked.promise;
    socket.terminate();
    await event(socket, 'close');
    // The server hears of it meanwhile.
    await rig.ask('/discovery/');
    decided.resolve(true);
    await expect.poll(() => endpoint.leavings).toBe(1);
  });

  it.each([
    [
      'a message that is too large',
      (socket: WebSocket) => {
        socket.send('x'.repeat(65_537));
      },
      1009,
    ],
    [
      'bytes',
      (socket: WebSocket) => {
        socket.send(Buffer.from([1]));
      },
      1003,
    ],
  ])('ends with %s', async (_what, send, code) => {
    const socket = dial();
    await event(socket, 'open');
    send(socket);
    expect((await event(socket, 'close'))[0]).toBe(code);
    expect(endpoint.texts).toEqual([]);
  });

  it('drops a client that does not read, and says so', async () => {
    const socket = dial();
    await event(socket, 'open');
    socket.pause();
    const part = Buffer.alloc(65_536, 'x');
    await expect
      .poll(() => {
        for (let count = 0; count < 64; count++) for (const client of endpoint.clients) client.send(part);
        return endpoint.leavings;
      })
      .toBe(1);
    expect(rig.lines.join()).toContain('it does not read');
    socket.terminate();
  });

  it('holds back a client that sends faster than the agent takes', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    endpoint.taken = () => promise;
    const socket = dial();
    await event(socket, 'open');
    const part = 'x'.repeat(60_000);
    for (let count = 0; count < 600; count++) socket.send(part);
    let before = -1;
    const isHeld = (): boolean => before === (before = socket.bufferedAmount);
    await expect.poll(isHeld, { interval: 100 }).toBe(true);
    expect(socket.bufferedAmount).toBeGreaterThan(10_000_000);
    resolve(undefined);
    await expect.poll(() => endpoint.texts.length, { timeout: 20_000 }).toBe(600);
    socket.terminate();
  });

  it('drops a client that gives no sign of life', async () => {
    const socket = dial(undefined, { autoPong: false });
    await event(socket, 'open');
    await expect.poll(() => endpoint.clients.size).toBe(1);
    rig.clock.step(30_000);
    await event(socket, 'ping');
    rig.clock.step(30_000);
    await event(socket, 'close');
    expect(rig.lines.join()).toContain('it does not answer');
  });

  it('is one of 256 at most', async () => {
    const sockets = Array.from({ length: 256 }, () => dial());
    await Promise.all(sockets.map((socket) => event(socket, 'open')));
    expect(await refusal(dial())).toBe(503);
    sockets.forEach((socket) => {
      socket.terminate();
    });
    await expect.poll(() => endpoint.leavings).toBe(256);
  });

  it('ends with the server', async () => {
    const socket = dial();
    await event(socket, 'open');
    await rig[Symbol.asyncDispose]();
    await event(socket, 'close');
  });
});

describe('requests to leave HTTP', () => {
  const raw = (lines: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(rig.address).port), ca: rig.ca });
      let text = '';
      socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(text);
      });
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    });
  const head = ['GET /chat/%C3%A9 HTTP/1.1', 'Host: h', 'Connection: Upgrade'];

  it.each([
    [
      'for another protocol',
      ['GET /discovery/ HTTP/1.1', 'Host: h', 'Connection: Upgrade, close', 'Upgrade: h2c'],
      200,
    ],
    ['with a broken escape', ['GET /%zz HTTP/1.1', ...head.slice(1), 'Upgrade: websocket'], 400],
    ['without a key', [...head, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'], 400],
    ['by another method', ['POST /chat/%C3%A9 HTTP/1.1', ...head.slice(1), 'Upgrade: websocket'], 405],
    ['to the platform’s own', ['GET /api/live HTTP/1.1', ...head.slice(1), 'Upgrade: websocket'], 404],
  ])('%s are answered, and the server goes on', async (_what, lines, status) => {
    expect(await raw(lines)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await rig.ask('/discovery/')).status).toBe(200);
    expect(endpoint.clients.size).toBe(0);
  });
});
