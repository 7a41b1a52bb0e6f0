import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { compare } from '@volttron-ts/demo';
import type { Demo, Instance } from '@volttron-ts/demo';
import { readProvenance } from '@volttron-ts/history';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf, Stage, until } from './stage.ts';

const AWAY_MS = 10_000;
const BACK_MS = 2000;
/** Rows that replay-driver publishes in ten seconds, less what a loaded machine's late turns may cost. */
const ROWS_WHILE_AWAY = 150;
/** For what the system has to do at leisure, on a loaded machine. */
const PATIENCE_MS = 60_000;

const victims = [
  { title: 'server platform', of: 'server', name: 'volttron' },
  { title: 'server historian', of: 'server', name: 'platform.historian' },
  { title: 'client platform', of: 'client', name: 'volttron' },
  { title: 'forwarder', of: 'client', name: 'forwarder' },
] as const;

/** The demonstration once more, with eyes for a kill. */
class Scene {
  readonly demo: Demo;
  readonly #instances: Readonly<Record<'server' | 'client', Instance>>;
  readonly #store: DatabaseSync;

  constructor(demo: Demo) {
    this.demo = demo;
    this.#instances = { server: demo.server, client: demo.client };
    this.#store = new DatabaseSync(demo.storeFile, { readOnly: true });
  }

  close(): void {
    this.#store.close();
  }

  of(instance: 'server' | 'client'): Instance {
    return this.#instances[instance];
  }

  /** The source's number of the last record in the destination's store. */
  stored(): number {
    return Number(this.#store.prepare('SELECT ifnull(max(seq), 0) AS seq FROM provenance').get()?.['seq']);
  }

  /** What the publishers were told is kept, once both are there to be asked. */
  async counts(): Promise<Awaited<ReturnType<Demo['counts']>>> {
    return until('an answer of both publishers', PATIENCE_MS, async () => this.demo.counts().catch(() => undefined));
  }

  /** Messages that replay-driver was told are kept. */
  async rows(): Promise<number> {
    const counts = await this.counts();
    return counts.find(({ user }) => user.includes('replay-driver'))?.messages ?? 0;
  }

  pids(): Record<string, number | undefined> {
    const children = [...this.demo.server.children, ...this.demo.client.children];
    return Object.fromEntries(children.map((child) => [child.name, child.running ? child.pid : undefined]));
  }

  async peers(): Promise<{ server: readonly string[]; client: readonly string[] }> {
    const [server, client] = await Promise.all([this.demo.serverOperator.peers(), this.demo.clientOperator.peers()]);
    return { server: server.toSorted(), client: client.toSorted() };
  }

  /** For each topic: does the store hold its rows in the order of their times? And each publisher's in their order? */
  disorder(): unknown[] {
    const topics = this.#store
      .prepare(
        `SELECT topic_id, ts, before FROM
           (SELECT topic_id, ts, lag(ts) OVER (PARTITION BY topic_id ORDER BY rowid) AS before FROM data)
         WHERE before >= ts`,
      )
      .all();
    const publishers = this.#store
      .prepare(
        `SELECT publisher, n, before FROM
           (SELECT publisher, n, lag(n) OVER (PARTITION BY publisher ORDER BY origin, seq) AS before FROM provenance)
         WHERE before >= n`,
      )
      .all();
    return [...topics, ...publishers];
  }

  /** Settles when all that is acknowledged by now is stored; answers what came of it. */
  async settled(): Promise<{ lost: number; duplicates: number }> {
    const counts = await this.counts();
    let last: { lost: number; duplicates: number } = { lost: -1, duplicates: -1 };
    await until('all that was acknowledged in the store', PATIENCE_MS, () => {
      last = compare(counts, this.demo.storeFile);
      return last.lost === 0 ? true : undefined;
    }).catch(() => undefined);
    return last;
  }
}

describe('kill -9 and ten seconds away, while sysmon and replay-driver publish', () => {
  let stage: Stage;
  let scene: Scene;

  beforeAll(async () => {
    stage = await Stage.start();
    await stage.demo.approve(await stage.demo.waitingKey());
    await until('readings in the store', PATIENCE_MS, () => (sizeOf(stage.demo) > 0 ? true : undefined));
    scene = new Scene(stage.demo);
  });

  afterAll(async () => {
    scene.close();
    await stage[Symbol.asyncDispose]();
  });

  it.each(victims)('$title: loses, doubles and disorders nothing, flows on within 2 s', async ({ title, of, name }) => {
    const rowsBefore = await scene.rows();
    const peersBefore = await scene.peers();
    const pidsBefore = scene.pids();
    const instance = scene.of(of);
    const victim = instance.child(name);
    victim.kill();
    await victim.exited();
    await pause(AWAY_MS);
    expect(scene.pids(), 'all others run on').toEqual({ ...pidsBefore, [victim.name]: undefined });

    await instance.restart(name);
    const ready = performance.now();
    const stored = scene.stored();
    await until('a further record in the store', PATIENCE_MS, () => (scene.stored() > stored ? true : undefined));
    const backMs = Math.round(performance.now() - ready);
    const { lost, duplicates } = await scene.settled();

    expect({ lost, duplicates }).toEqual({ lost: 0, duplicates: 0 });
    expect(scene.disorder()).toEqual([]);
    await until('the rows of the time away', PATIENCE_MS, async () =>
      (await scene.rows()) >= rowsBefore + ROWS_WHILE_AWAY ? true : undefined,
    );
    const pidsAfter = scene.pids();
    expect({ ...pidsAfter, [victim.name]: 0 }, 'the same processes').toEqual({ ...pidsBefore, [victim.name]: 0 });
    await until('every peer back on its bus, once', PATIENCE_MS, async () =>
      JSON.stringify(await scene.peers()) === JSON.stringify(peersBefore) ? true : undefined,
    );
    expect((await processesOf(stage.directory.path)).toSorted(), 'no second copy').toEqual(
      Object.values(pidsAfter).toSorted(),
    );
    console.info(`${title}: flow back after ${backMs} ms`);
    expect(backMs).toBeLessThan(BACK_MS);
  });

  it('all four: what the publishers had acknowledged is what the store holds, in order', async () => {
    const { published, stored, lost, duplicates } = await stage.demo.finish();
    expect({ stored, lost, duplicates }).toEqual({ stored: published, lost: 0, duplicates: 0 });
    expect(scene.disorder()).toEqual([]);
    expect(readProvenance(stage.demo.storeFile)).toMatchObject({ repeatedPublications: 0, missing: 0, unclaimed: 0 });
    console.info(`published ${published}, stored ${stored}`);
  });
});

/** Records in a store that its historian may not have made yet. */
function sizeOf(demo: Demo): number {
  try {
    return readProvenance(demo.storeFile).records;
  } catch {
    return 0;
  }
}
