import { setTimeout as pause } from 'node:timers/promises';
import { encodeText } from '@volttron-ts/vip-core';
import { Router } from 'zeromq';
import type { TestKeys } from './keys.ts';

const text = (frame: Uint8Array | undefined): string => Buffer.from(frame ?? []).toString('latin1');
const body = (frame: Uint8Array | undefined): Record<string, unknown> =>
  JSON.parse(text(frame)) as Record<string, unknown>;

/**
 * A platform's router as an agent of ours meets it on a Python platform: a libzmq ROUTER with CURVE that answers hello
 * and pub/sub with the native binary values of the Python router (reference/vip-zmq.md §1.4, §2.7) and forwards.
 */
export class LibzmqPlatform implements AsyncDisposable {
  readonly #router: Router;
  readonly #subscriptions = new Map<string, string[]>();
  readonly #served: Promise<void>;

  private constructor(router: Router) {
    this.#router = router;
    this.#served = this.#serve();
  }

  static async start(keys: TestKeys, endpoint = 'tcp://127.0.0.1:*'): Promise<LibzmqPlatform> {
    const router = new Router({ mandatory: true, curveServer: true, curveSecretKey: keys.z85.secretkey, linger: 0 });
    for (;;) {
      try {
        await router.bind(endpoint);
        break;
      } catch (error) {
        // libzmq gives the port of a closed socket back some time after the close.
        if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
        await pause(10);
      }
    }
    return new LibzmqPlatform(router);
  }

  get endpoint(): string {
    return this.#router.lastEndpoint ?? '';
  }

  async #serve(): Promise<void> {
    for await (const [sender, ...frames] of this.#router) {
      for (const [to, message] of this.#answers(text(sender), frames)) {
        const [, , , id = '', subsystem = ''] = message;
        const unreachable = ['', 'VIP1', text(sender), id, 'error', '113', 'No route to host', to, subsystem];
        await this.#router
          .send([to, ...message])
          .catch(async () => (to === text(sender) ? undefined : this.#router.send([sender ?? '', ...unreachable])))
          .catch(() => undefined);
      }
    }
  }

  *#answers(sender: string, frames: Uint8Array[]): Generator<[to: string, message: (string | Uint8Array)[]]> {
    const [recipient, , , id, subsystem, operation, ...rest] = frames;
    const head = (args: (string | Uint8Array)[]): (string | Uint8Array)[] => [
      '',
      'VIP1',
      sender,
      id ?? '',
      subsystem ?? '',
      ...args,
    ];
    if (text(recipient) !== '') {
      yield [text(recipient), [sender, 'VIP1', sender, ...frames.slice(3)]];
    } else if (text(subsystem) === 'hello') {
      yield [sender, head(['welcome', '1.0', 'libzmq-router', sender])];
    } else if (text(operation) === 'subscribe') {
      this.#subscriptions.set(sender, [body(rest[0])['prefix']].flat() as string[]);
      yield [sender, head(['request_response', Uint8Array.of(1)])];
    } else if (text(operation) === 'synchronize') {
      const { subscriptions } = body(rest[1]) as {
        subscriptions: Partial<Record<'all' | 'internal', { ''?: string[] }>>;
      };
      this.#subscriptions.set(sender, [subscriptions.all?.[''] ?? [], subscriptions.internal?.[''] ?? []].flat());
    } else if (text(operation) === 'publish') {
      const [topic, given] = rest;
      const subscribers = [...this.#subscriptions].filter(([, prefixes]) =>
        prefixes.some((prefix) => text(topic).startsWith(prefix)),
      );
      const delivered = encodeText(JSON.stringify({ sender, ...body(given) }));
      for (const [peer] of subscribers) yield [peer, head(['publish', topic ?? '', delivered])];
      yield [sender, head(['request_response', Uint8Array.of(subscribers.length, 0, 0, 0)])];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#router.close();
    await this.#served.catch(() => undefined);
  }
}
