import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { Journal } from '@volttron-ts/history';
import type { ProtectedTopics } from '@volttron-ts/router';
import {
  checker,
  decodeText,
  encodeRpc,
  encodeText,
  InvalidValueError,
  JOURNAL_SUBSYSTEM,
  JournalCommit,
  JournalReadRequest,
  JournalSpan,
  originJournalsOf,
  parseLooseJson,
  services,
  UnauthorizedError,
  unpackRecords,
} from '@volttron-ts/vip-core';
import type { Authorizer, BusConnection, Logger, VipMessage } from '@volttron-ts/vip-core';
import type { OriginOwners } from './journal/origin-owners.ts';

/** Reading the journal is reading everything that was published: it needs this capability. */
export const READ_JOURNAL = 'read_journal';
/** What is appended keeps the sender and the origin it came with: only other platforms' agents may do that. */
export const APPEND_JOURNAL = 'append_journal';

const asRead = checker(JournalReadRequest);
const asCommit = checker(JournalCommit);
const asSpan = checker(JournalSpan);
const NOTHING = new Uint8Array(0);

type Answer = readonly [operation: string, body: unknown, records?: Uint8Array];

export interface JournalServiceOptions {
  /** The in-process connection of `platform.journal`; opened by the agent that this service is. */
  readonly bus: BusConnection;
  readonly journal: Journal;
  readonly authorizer: Authorizer;
  /** Who may publish what; holds for what other platforms hand over, too. */
  readonly topics: Pick<ProtectedTopics, 'protectsWriting' | 'publishRefusal'>;
  /** Whose records may begin where. */
  readonly origins: Pick<OriginOwners, 'claim'>;
  readonly log: Logger;
}

/** Serves the subsystem `journal` (vip-core, journal-protocol.ts) to readers of this platform and to other platforms. */
export class JournalService {
  readonly #options: JournalServiceOptions;

  constructor(options: JournalServiceOptions) {
    this.#options = options;
  }

  /** The agent that answers everything else, such as what waits. */
  get agent(): AgentDefinition {
    const { journal } = this.#options;
    return defineAgent({
      name: services.journal,
      config: t.Object({}),
      methods: { status: { params: t.Tuple([]), call: () => journal.status() } },
    });
  }

  /** What the agent does with messages of the subsystem. */
  readonly take = (message: VipMessage): void => {
    void this.#serve(message);
  };

  async #serve(message: VipMessage): Promise<void> {
    const answer = await this.#answer(message).catch((error: unknown): Answer => {
      const { code, text } = explain(error);
      this.#options.log.warn('the journal refused a request', { peer: message.peer, code, reason: text });
      return ['refused', { code, message: text }];
    });
    const [operation, body, records] = answer;
    const args = [encodeText(operation), encodeRpc(body), ...(records === undefined ? [] : [records])];
    this.#options.bus.send({ peer: message.peer, id: message.id, subsystem: JOURNAL_SUBSYSTEM, args });
  }

  async #answer({ user, args }: VipMessage): Promise<Answer> {
    const [operationFrame = NOTHING, bodyFrame = NOTHING, records = NOTHING] = args;
    const operation = decodeText(operationFrame);
    const body = parseLooseJson(decodeText(bodyFrame));
    const { journal } = this.#options;
    switch (operation) {
      case 'append': {
        this.#needs(user, APPEND_JOURNAL);
        this.#checkTopics(user, records);
        await this.#options.origins.claim(user, originJournalsOf(records));
        const answer = await journal.append(user, asSpan(body, 'the span of an append'), records);
        if (answer.kind === 'through') return ['through', { through: answer.through }];
        return ['gap', { epoch: answer.epoch, expected: answer.expected }];
      }
      case 'read': {
        this.#needs(user, READ_JOURNAL);
        const batch = await journal.read(asRead(body, 'the body of a journal read'));
        return ['batch', batch.span, batch.records];
      }
      case 'commit':
        this.#needs(user, READ_JOURNAL);
        await journal.commit(asCommit(body, 'the body of a journal commit'));
        return ['committed', {}];
      default:
        throw new InvalidValueError(
          'operation',
          operation,
          `The journal has no operation "${operation.slice(0, 40)}".`,
        );
    }
  }

  /** What is appended is published here: a topic that its sender may not publish to refuses the whole batch. */
  #checkTopics(user: string, records: Uint8Array): void {
    const { topics } = this.#options;
    if (!topics.protectsWriting) return;
    for (const { topic } of unpackRecords(records)) {
      const refusal = topics.publishRefusal(user, topic);
      if (refusal === undefined) continue;
      throw new UnauthorizedError(`What is handed over holds a protected topic: ${refusal}.`, {
        item: 'topic',
        value: topic,
        remedy: `Give the entry of "${user}" the capabilities, or hand over other topics only.`,
      });
    }
  }

  #needs(user: string, capability: string): void {
    if (this.#options.authorizer.allows(user, capability)) return;
    throw new UnauthorizedError(`"${user}" needs the capability ${capability} for this.`, {
      item: 'capability',
      value: capability,
      remedy: `Give its auth entry the capability ${capability}.`,
    });
  }
}

function explain(error: unknown): { code: string; text: string } {
  if (!(error instanceof Error)) return { code: 'failure', text: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'failure';
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? ` ${error.remedy}` : '';
  return { code, text: `${error.message}${remedy}` };
}
