import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, until } from './stage.ts';

const BROWSER = '/usr/bin/chromium';
const POINT = 'campus/building/ahu1/SupplyAirTemp';
const PATIENCE_MS = 60_000;
const pictures = join(import.meta.dirname, '..', 'test-results');

const quietArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the plot's legend says of a topic. */
interface Shown {
  readonly topic: string;
  readonly time: string;
  readonly value: string;
}

interface Stored {
  readonly values?: readonly (readonly [time: string, value: unknown])[];
}

async function openBrowser(): Promise<Browser> {
  if (!existsSync(BROWSER)) {
    throw new Error(`${BROWSER} is missing; run: apt-get install -y --no-install-recommends chromium`);
  }
  return chromium.launch({ executablePath: BROWSER, headless: true, args: quietArguments });
}

/** A page that remembers what it asked for and complained about. */
class Viewer {
  readonly page: Page;
  readonly requests: string[] = [];
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('requestfailed', (request) => {
      // The stream of live points ends with the page.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') this.complaints.push(`failed: ${request.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(browser: Browser): Promise<Viewer> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
    return new Viewer(await context.newPage());
  }

  /** The last value of every plotted topic, all at one moment. */
  async shown(): Promise<Shown[]> {
    const script = `JSON.stringify([...document.querySelectorAll('li[data-time]')]
      .map(({ dataset: { topic, time, value } }) => ({ topic, time, value })))`;
    return JSON.parse(await this.page.evaluate<string>(script)) as Shown[];
  }

  strangers(origin: string): string[] {
    return this.requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'));
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, name), fullPage: true });
  }
}

describe('the pages of a running platform, in a browser', () => {
  let stage: Stage;
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
    stage = await Stage.start();
  });

  afterAll(async () => {
    await browser.close();
    await stage[Symbol.asyncDispose]();
  });

  /** The historian's values of a point, asked over RPC: the newest, or those of one instant. */
  async function query(topic: string, instant?: string): Promise<NonNullable<Stored['values']>> {
    const range = instant === undefined ? [null, null] : [instant, instant];
    const args = [topic, ...range, null, null, null, 1, 'LAST_TO_FIRST'];
    return ((await stage.demo.serverOperator.call('platform.historian', 'query', args)) as Stored).values ?? [];
  }

  it('list the waiting key, and let it in for who knows the first password', async () => {
    const { demo } = stage;
    const waiting = await demo.waitingKey();
    const viewer = await Viewer.open(browser);
    const { page } = viewer;
    await page.goto(`${demo.webAddress}/#/keys`);
    const form = page.getByRole('form', { name: 'Login' });
    await form.getByLabel('User').fill('admin');
    await form.getByLabel('Password').fill(demo.firstPassword ?? '');
    await viewer.picture('login.png');
    await form.getByRole('button', { name: 'Log in' }).click();

    const row = page.locator('tr[data-identity="volttron-client.forwarder"]');
    await row.waitFor({ timeout: PATIENCE_MS });
    expect(await row.getAttribute('data-credential')).toBe(waiting.credential);
    expect(await row.getAttribute('data-status')).toBe('pending');
    await viewer.picture('keys.png');
    expect((await demo.progress()).state).toBe('pending');

    await row.getByRole('button', { name: /^Approve/ }).click();
    await viewer.picture('keys-question.png');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.locator('tr[data-status="approved"]').waitFor({ timeout: PATIENCE_MS });
    await until('a connected forwarder', PATIENCE_MS, async () =>
      (await demo.progress()).state === 'connected' ? true : undefined,
    );
    expect(viewer.complaints).toEqual([]);
    expect(viewer.strangers(demo.webAddress)).toEqual([]);
    await page.context().close();
  });

  it('plot, without login on this machine, what the historian holds, at two moments', async () => {
    const { demo } = stage;
    await until('a stored reading', PATIENCE_MS, async () =>
      (await query(POINT).catch(() => [])).length > 0 ? true : undefined,
    );
    const viewer = await Viewer.open(browser);
    const { page } = viewer;
    await page.goto(`${demo.webAddress}/`);
    await page.getByRole('checkbox', { name: `Plot ${POINT}`, exact: true }).check({ timeout: PATIENCE_MS });
    await page.locator(`li[data-topic="${POINT}"][data-time]`).waitFor();
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);

    const first = await compareWithStore(viewer);
    await pause(3000);
    const second = await compareWithStore(viewer);
    expect(second > first, `${second} is later than ${first}`).toBe(true);

    await viewer.picture('live.png');
    expect(viewer.complaints).toEqual([]);
    expect(viewer.strangers(demo.webAddress)).toEqual([]);
    await page.context().close();
  });

  /** Holds all that is plotted now against the store, which gets each reading a moment later; answers POINT's time. */
  async function compareWithStore(viewer: Viewer): Promise<string> {
    const newest = (await query(POINT))[0]?.[0] ?? '';
    const shown = await viewer.shown();
    expect(shown.length).toBeGreaterThan(1);
    for (const { topic, time, value } of shown) {
      await until(`${topic} of ${time} in the store`, PATIENCE_MS, async () =>
        ((await query(topic))[0]?.[0] ?? '') >= time ? true : undefined,
      );
      expect(await query(topic, time), topic).toEqual([[time, Number(value)]]);
    }
    const time = shown.find(({ topic }) => topic === POINT)?.time ?? '';
    expect(time >= newest || Date.parse(newest) - Date.parse(time) < 1000, `${time} is as new as ${newest}`).toBe(true);
    return time;
  }
});
