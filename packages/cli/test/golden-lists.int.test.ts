import { describe, expect, it, onTestFinished } from 'vitest';
import { entriesIn, transcript, withManageAgents } from './support/golden.ts';
import { goldenHome, Platform } from './support/platform.ts';
import { vctl } from './support/vctl.ts';

describe('vctl auth list', () => {
  it.each(['auth_list', 'auth_list_1agent', 'auth_list_after_add', 'auth_list_removed'])(
    'prints the entries as the original does in %s',
    async (name) => {
      const { args, code, stdout, stderr } = transcript(name);
      const platform = await Platform.start(await goldenHome(entriesIn(stdout)));
      onTestFinished(() => platform.stop());
      expect(await vctl(args, platform)).toEqual({ code, stdout: withManageAgents(stdout), stderr });
    },
  );
});
