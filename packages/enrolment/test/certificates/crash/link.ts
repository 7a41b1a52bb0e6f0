import { createInterface } from 'node:readline';

import type { LedgerClient, Step } from './ledger.ts';

/** What a child tells of, a line of JSON each: written before the child goes on, for pipes are synchronous. */
export type Told =
  | { readonly told: 'submitted' | 'approved' | 'denied'; readonly name: string; readonly head: Head }
  | { readonly told: 'issued'; readonly name: string; readonly head: Head; readonly serialNumber: string }
  | { readonly told: 'step'; readonly name: string; readonly step: Step }
  | { readonly told: 'trouble'; readonly message: string }
  | { readonly told: 'ask'; readonly number: number; readonly orderId: string; readonly csr?: string };

/** The end of the audit trail when something was acknowledged. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

export interface Reply {
  readonly number: number;
  readonly certificate: string | null;
}

/** A child's pipes to the test that started it, and to the CA that the test keeps. */
export class Link implements LedgerClient {
  readonly root: string;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  readonly #lines = createInterface(process.stdin);
  #asked = 0;

  constructor(root: string) {
    this.root = root;
    this.#lines.on('line', (line) => {
      const reply = JSON.parse(line) as Reply;
      this.#waiting.get(reply.number)?.(reply);
    });
  }

  tell(told: Told): void {
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }

  issue(orderId: string, csr: string): Promise<unknown> {
    return this.#ask({ orderId, csr });
  }

  async look(orderId: string): Promise<string | undefined> {
    return (await this.#ask({ orderId })).certificate ?? undefined;
  }

  close(): void {
    this.#lines.close();
    process.stdin.destroy();
  }

  #ask(question: { readonly orderId: string; readonly csr?: string }): Promise<Reply> {
    const number = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      this.tell({ told: 'ask', number, ...question });
    });
  }
}
