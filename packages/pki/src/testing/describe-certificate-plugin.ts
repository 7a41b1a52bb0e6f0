import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { cancelChecks, modifyChecks } from './change-checks.ts';
import { dataChecks, deadlineChecks, secrecyChecks } from './data-checks.ts';
import { definitionChecks, supportChecks } from './definition-checks.ts';
import { caInfoChecks, refusalChecks, unavailabilityChecks, waitingChecks } from './feature-checks.ts';
import { issueChecks } from './issue-checks.ts';
import { PluginRig } from './plugin-rig.ts';
import type { PluginFeatures, PluginSetup } from './plugin-under-test.ts';
import { repetitionChecks } from './repetition-checks.ts';
import { subAuthorityChecks } from './sub-authority-checks.ts';

/** A CA of somebody else's may take its time, ms. */
const TIMEOUT = 60_000;

/**
 * What the order engine relies on, whichever CA stands behind a plugin: seeds/002 as a plugin's side of it. One CA serves
 * all checks; each has a plugin made anew over it.
 */
export function describeCertificatePlugin(name: string, setup: PluginSetup, offers: PluginFeatures = {}): void {
  const { features = [], profiles = ['client', 'server', 'peer'] } = offers;
  const offersIt = (feature: (typeof features)[number]): boolean => features.includes(feature);

  describe(`certificate plugin contract: ${name}`, { timeout: TIMEOUT }, () => {
    let current: PluginRig | undefined;
    const rig = (): PluginRig => {
      if (current === undefined) throw new Error('The setup of the suite has failed.');
      return current;
    };

    beforeAll(async () => {
      current = await PluginRig.start(setup, { features, profiles });
    });
    beforeEach(async () => {
      await rig().open();
    });
    afterEach(async () => {
      await rig().close();
    });
    afterAll(async () => {
      await current?.stop();
    });

    describe('definition', () => {
      definitionChecks(rig);
    });
    describe('supports', () => {
      supportChecks(rig);
    });
    describe('issuing', () => {
      issueChecks(rig, profiles);
    });
    describe('repetition', () => {
      repetitionChecks(rig);
    });
    describe('modifying', () => {
      modifyChecks(rig);
    });
    describe('canceling', () => {
      cancelChecks(rig);
    });
    describe("clients' data", () => {
      dataChecks(rig);
    });
    describe('secrets', () => {
      secrecyChecks(rig);
    });
    describe('deadlines', () => {
      deadlineChecks(rig);
    });
    describe('offers', () => {
      it('offers CA information and authorities below exactly when it is said to', () => {
        const { plugin } = rig();
        expect(plugin.getCaInfo !== undefined).toBe(offersIt('ca-info'));
        expect(plugin.createCa !== undefined).toBe(offersIt('sub-authorities'));
        expect(plugin.deleteCa !== undefined).toBe(offersIt('sub-authorities'));
      });
      if (offersIt('waits')) waitingChecks(rig);
      if (offersIt('refuses')) refusalChecks(rig);
      if (offersIt('unavailable')) unavailabilityChecks(rig);
      if (offersIt('ca-info')) caInfoChecks(rig);
      if (offersIt('sub-authorities')) subAuthorityChecks(rig);
    });
  });
}
