import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ForeignPeer } from './foreign-peer.ts';
import type { ForeignEvent, ForeignPeerOptions } from './foreign-peer.ts';

/** The Debian package's interpreter: other Pythons on the path do not see python3-zmq. */
const PYTHON = '/usr/bin/python3';

/** A missing peer is a failure, never a skip. */
export function requirePython(): void {
  const tried = spawnSync(PYTHON, ['-c', 'import zmq'], { encoding: 'utf8' });
  if (tried.status === 0) return;
  throw new Error(`${PYTHON} cannot import zmq. Install it with: apt-get install -y python3-zmq`);
}

/** A DEALER of python3-zmq in a process of its own. */
export function pythonPeer(options: ForeignPeerOptions): ForeignPeer {
  requirePython();
  return new ForeignPeer((peer) => {
    const child = spawn(PYTHON, [join(import.meta.dirname, 'dealer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = new Promise<void>((resolve) => {
      child.on('exit', () => {
        resolve();
      });
    });
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line) as ['event', ForeignEvent, number] | ['message', string[]];
      if (said[0] === 'event') peer.happened(said[1], said[2]);
      else peer.received(said[1]);
    });
    const write = (value: unknown): void => {
      child.stdin.write(`${JSON.stringify(value)}\n`);
    };
    write({ handshakeMs: 30_000, heartbeatMs: 0, ...options });
    return {
      send: write,
      close: async () => {
        child.stdin.end();
        await exited;
      },
    };
  });
}
