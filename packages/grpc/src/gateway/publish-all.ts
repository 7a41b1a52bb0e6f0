import type { Vip } from '@volttron-ts/agent';
import { CallError } from '../errors.ts';
import { asCallError } from '../handlers.ts';

/** A message of the service, as it is read. */
export interface Publication {
  readonly topic: string;
  readonly headers: string;
  readonly message: string;
}

export interface Publications {
  readonly publications: readonly Publication[];
}

/** So many publications are on their way at most. */
const WINDOW = 1024;

/**
 * Publishes what comes, and answers again and again how many the platform has taken. Ends with the first that it does not take: CallError
 * names its number.
 */
export async function* publishAll(
  vip: Pick<Vip, 'pubsub' | 'rpc'>,
  batches: AsyncIterable<Publications>,
  signal: AbortSignal,
): AsyncGenerator<{ count: number }, void, undefined> {
  const underWay: UnderWay[] = [];
  let [sent, count] = [0, 0];
  let news = Promise.withResolvers<undefined>();
  let hasEnded = false;

  const read = async (): Promise<void> => {
    for await (const { publications } of batches) {
      for (const publication of publications) {
        if (underWay.length >= WINDOW) await underWay[0]?.taken;
        sent++;
        const one: UnderWay = { taken: publish(vip, publication, sent, signal), isTaken: false };
        one.taken.then(
          () => (one.isTaken = true),
          () => undefined,
        );
        underWay.push(one);
        news.resolve(undefined);
      }
    }
  };
  // What is wrong with a publication is met below; a caller that has gone hears nothing.
  void read()
    .catch(() => undefined)
    .finally(() => {
      hasEnded = true;
      news.resolve(undefined);
    });

  for (;;) {
    const first = underWay[0];
    if (first === undefined) {
      if (hasEndedNow()) return;
      await news.promise;
      news = Promise.withResolvers();
      continue;
    }
    await first.taken;
    // Those that were taken together are told together.
    let taken = 0;
    while (underWay[taken]?.isTaken === true) taken++;
    underWay.splice(0, taken);
    count += taken;
    yield { count };
  }

  /** A function, because it changes while the loop waits. */
  function hasEndedNow(): boolean {
    return hasEnded;
  }
}

interface UnderWay {
  readonly taken: Promise<number>;
  isTaken: boolean;
}

async function publish(
  vip: Pick<Vip, 'pubsub'>,
  { topic, headers, message }: Publication,
  number: number,
  signal: AbortSignal,
): Promise<number> {
  try {
    const given = headers === '' ? {} : (JSON.parse(headers) as Readonly<Record<string, unknown>>);
    JSON.parse(message);
    return await vip.pubsub.publishJson(topic, message, { headers: given, signal });
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new CallError('INVALID_ARGUMENT', `Publication ${number} (topic "${topic}") is no JSON: ${error.message}.`);
    }
    const met = asCallError(error);
    if (!(met instanceof CallError)) throw met;
    throw new CallError(met.status, `Publication ${number} (topic "${topic}"): ${met.message}`, error);
  }
}
