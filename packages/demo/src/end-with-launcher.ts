import process from 'node:process';

/*
 * Loaded into the processes of a launcher: they end with it, also when it is killed, instead of holding its folder and
 * ports until somebody looks for them. One that disconnects of itself is ending already, where one signal more changes
 * nothing.
 */
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
});
