/** Processor time that a process has taken so far, in milliseconds; only Linux tells. */
export async function readCpuMs(pid: number): Promise<number | undefined> {
  try {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    // Behind the name, which may hold anything: see proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The kernel counts in hundredths of a second for programs, whatever it counts in for itself. */
const MS_PER_TICK = 10;
