import { AgentInstaller, AgentLauncher, installedAgents, restartLimits, Supervisor } from '@volttron-ts/aip';
import type { AgentEnd, InstalledAgent } from '@volttron-ts/aip';
import type { RunningAgent } from '@volttron-ts/agent';
import { agentProgram } from '@volttron-ts/connect';
import { encodeText, services } from '@volttron-ts/vip-core';
import type { BusConnection } from '@volttron-ts/vip-core';
import { writePidFile } from '../pid-file.ts';
import { admissionBy } from '../services/control/agent-entry.ts';
import { AgentRuns } from '../services/control/agent-runs.ts';
import { startEnabledAgents } from '../services/control/agent-start-up.ts';
import type { StartUpOptions } from '../services/control/agent-start-up.ts';
import { stopAll } from '../services/control/changing-methods.ts';
import { defineControlService } from '../services/control/control-service.ts';
import { SharedLauncher } from '../services/control/shared-launcher.ts';
import type { ServiceKit } from './kit.ts';

/**
 * How long agents may take to stop before the next signal, ms: ours end within 15 s of themselves, and an operator's
 * `vctl stop` waits for 60 s.
 */
const STOP_TIMES = { SIGINT: 20_000, SIGTERM: 10_000, SIGKILL: 10_000 };

export interface RunningControl {
  /**
   * Takes back the agents of a platform that was killed and starts the enabled ones, then writes VOLTTRON_PID. Goes on
   * by itself; they end with the platform, before the bus does.
   */
  startAgents(): void;
}

/** `control`, the agents installed on this host and their processes. */
export function startControl(kit: ServiceKit): RunningControl {
  const { home, settings, authFile, audit, router } = kit;
  const log = kit.log(`volttron.platform.${services.control}`);
  const bus = router.connect(services.control);
  const processes = createProcesses(kit, (agent, text) => {
    kit.unawaited(control.vip.health.sendAlert(text, { identity: agent.identity }), 'an alert was not published');
  });
  const { runs } = processes;
  const agentStop = (identity: string): void => {
    tellRouter(bus, 'agentstop', identity);
  };
  const installer = new AgentInstaller({ home, admission: admissionBy(authFile) });
  const control: RunningAgent = kit.startService(
    services.control,
    defineControlService({
      home,
      runs,
      installer,
      authFile,
      audit,
      agentStop,
      quit: () => {
        tellRouter(bus, 'quit');
      },
    }),
    { bus },
  );
  return {
    startAgents: () => {
      const stopping = new AbortController();
      const { vip } = control;
      const startUp = { home, runs, peers: vip.peerlist, clock: kit.clock, log, signal: stopping.signal };
      const started = start(installer, processes, startUp, settings.autostart);
      kit.unawaited(started, 'the agents could not be started');
      kit.part('the agents', async () => {
        stopping.abort();
        processes.supervisor.close();
        await started.catch(() => undefined);
        await stopAll(runs, agentStop);
        await processes.close();
      });
    },
  };
}

async function start(
  installer: AgentInstaller,
  processes: Processes,
  startUp: StartUpOptions,
  autostart: boolean,
): Promise<void> {
  const { home, signal, log } = startUp;
  try {
    await installer.sweep();
  } catch (error) {
    log.error('what an interrupted installation left could not be removed', { reason: String(error) });
  }
  await processes.takeBack(await installedAgents(home));
  if (autostart) await startEnabledAgents(startUp);
  if (!signal.aborted) await writePidFile(home);
}

interface Processes {
  readonly runs: AgentRuns;
  readonly supervisor: Supervisor;
  takeBack(agents: readonly InstalledAgent[]): Promise<void>;
  close(): Promise<void>;
}

function createProcesses(kit: ServiceKit, alert: (agent: InstalledAgent, text: string) => void): Processes {
  const { home, clock, settings } = kit;
  const log = kit.log('volttron.platform.aip');
  const onExit = (agent: InstalledAgent, end: AgentEnd): void => {
    supervisor.ended(agent, end);
  };
  const own = new AgentLauncher({ home, program: agentProgram, clock, log, onExit, stopTimes: STOP_TIMES });
  const shared = new SharedLauncher({ home, program: agentProgram, clock, log, onExit, stopMs: STOP_TIMES.SIGINT });
  // The configured time between looks for crashed agents bounds how late ours are started again.
  const capMs = Math.min(restartLimits.capMs, settings['agent-monitor-frequency'] * 1000);
  const supervisor: Supervisor = new Supervisor({
    clock,
    random: Math.random,
    start: (agent) => runs.launch(agent),
    alert,
    log,
    limits: { ...restartLimits, capMs, slowMs: Math.min(restartLimits.slowMs, capMs) },
  });
  const runs: AgentRuns = new AgentRuns({
    ...{ own, shared, sharing: settings['shared-agents'], supervisor },
    prepare: kit.rabbit?.admitOwn,
    dismiss: kit.rabbit?.dismissOwn,
  });
  return {
    runs,
    supervisor,
    takeBack: async (agents) => {
      for (const agent of await own.takeBack(agents)) {
        log.info('an agent of the platform before runs on', { identity: agent.identity });
        supervisor.watch(agent);
      }
    },
    close: async () => {
      own.close();
      await shared.close();
    },
  };
}

function tellRouter(bus: BusConnection, subsystem: string, ...words: readonly string[]): void {
  bus.send({ peer: '', id: '', subsystem, args: words.map(encodeText) });
}
