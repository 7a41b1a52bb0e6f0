import type { WebSocket } from 'ws';
import type { Logger } from '@volttron-ts/vip-core';
import type { AgentSockets, SocketClient } from '../agent-routes.ts';

/** The largest message of a client, in bytes. */
export const MESSAGE_LIMIT = 65_536;
/** Bytes that may wait for a client that does not read. */
const WAITING = 1 << 20;
/** Messages of a client that may wait for the agent; reading goes on when all have been taken. */
const MOST_MESSAGES = 100;

/** Close codes of RFC 6455 §7.4.1. */
const GOING_AWAY = 1001;
const UNSUPPORTED = 1003;
const POLICY = 1008;

export interface ConnectedSocketParts {
  readonly webSocket: WebSocket;
  readonly endpoint: AgentSockets;
  readonly address: string;
  readonly log: Logger;
}

/** A client that an agent has let in. */
export class ConnectedSocket implements SocketClient {
  readonly address: string;
  readonly #parts: ConnectedSocketParts;
  #isAlive = true;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ConnectedSocketParts, gone: () => void) {
    this.#parts = parts;
    this.address = parts.address;
    const { webSocket } = parts;
    webSocket.on('error', (error) => {
      this.#note('a web socket failed', error.message);
    });
    webSocket.on('pong', () => {
      this.#isAlive = true;
    });
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) webSocket.close(UNSUPPORTED, 'text only');
      else this.#take((data as Buffer).toString());
    });
    webSocket.once('close', gone);
  }

  send(text: Uint8Array): void {
    const { webSocket } = this.#parts;
    if (webSocket.bufferedAmount > WAITING) {
      this.#note('a web socket client is dropped', 'it does not read');
      webSocket.terminate();
    } else webSocket.send(text, { binary: false });
  }

  close(reason: string): void {
    this.#parts.webSocket.close(GOING_AWAY, reason);
  }

  /** Closes without waiting for the client. */
  end(reason: string): void {
    this.close(reason);
    this.#parts.webSocket.terminate();
  }

  /** Drops a client that has not answered the ping before, and pings it again. */
  checkAlive(): void {
    const { webSocket } = this.#parts;
    if (!this.#isAlive) {
      this.#note('a web socket client is dropped', 'it does not answer');
      webSocket.terminate();
      return;
    }
    this.#isAlive = false;
    webSocket.ping();
  }

  /** One after another; nothing more is read while one waits. */
  #take(text: string): void {
    const { webSocket, endpoint } = this.#parts;
    if (this.#waiting >= MOST_MESSAGES) {
      this.#note('a web socket client is dropped', 'it sends faster than the agent takes');
      webSocket.close(POLICY, 'too fast');
      webSocket.terminate();
      return;
    }
    this.#waiting++;
    webSocket.pause();
    this.#last = this.#last
      .then(() => endpoint.received(text))
      .catch((error: unknown) => {
        this.#note('a web socket message was lost', String(error));
      })
      .finally(() => {
        if (--this.#waiting === 0) webSocket.resume();
      });
  }

  #note(what: string, reason: string): void {
    const { endpoint, log } = this.#parts;
    log.info(what, { agent: endpoint.agent, address: this.address, reason });
  }
}
