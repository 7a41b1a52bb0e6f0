import type { LibzmqConnection } from './libzmq-connection.ts';

/** The second engine, loaded when somebody wants it: libzmq costs a process 5 MB. */
export async function loadLibzmqConnection(): Promise<typeof LibzmqConnection> {
  return (await import('./libzmq-connection.ts')).LibzmqConnection;
}
