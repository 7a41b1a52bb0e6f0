import process from 'node:process';
import { createInterface } from 'node:readline';

/** What a party says when it is ready, and what it answers to the lines that follow. */
export interface Serving {
  readonly ready: unknown;
  readonly commands?: Readonly<Record<string, () => unknown>>;
}

/** The party's side of PartyProcess: configuration in, ready out, then one answer for each line; ends with its input. */
export async function serve(start: (config: unknown) => Promise<Serving>): Promise<void> {
  const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value ?? null)}\n`);
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return;
  const { ready, commands = {} } = await start(JSON.parse(first.value));
  say(ready);
  for (let line = await lines.next(); line.done !== true; line = await lines.next())
    say(await commands[line.value]?.());
  process.exit(0);
}
