/** What `/proc/<pid>/stat` says of a process (proc(5)). */
export interface ProcStat {
  /** When it began, in clock ticks since the machine did. */
  readonly began: string;
  /** Ended, its parent not having asked how. */
  readonly zombie: boolean;
  /** How a zombie ended: its code, or minus the number of the signal. */
  readonly exitCode: number;
}

/** Reads the line; the name in parentheses may itself hold blanks and parentheses. */
export function readProcStat(line: string): ProcStat | undefined {
  const fields = line
    .slice(line.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [state] = fields;
  // Fields 22 and 52 of the line; the first after the name is field 3.
  const began = fields[19];
  if (state === undefined || began === undefined || !/^\d+$/.test(began)) return undefined;
  return { began, zombie: state === 'Z' || state === 'X', exitCode: waitStatus(Number(fields[49] ?? 0)) };
}

/** wait(2): the low 7 bits are the signal, the next byte is the code. */
const waitStatus = (status: number): number => ((status & 0x7f) === 0 ? (status >> 8) & 0xff : -(status & 0x7f));
