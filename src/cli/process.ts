import { createProcessIo } from "./io.ts";
import { main } from "./main.ts";

/**
 * Runs the command line of this process and exits with its code. The first SIGINT, SIGTERM or SIGHUP
 * asks the command to stop; a second one ends the process at once with code 130.
 */
export async function runProcess(): Promise<never> {
  const stop = new AbortController();
  const forcedExit = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) {
        forcedExit.abort(signal);
        Deno.exit(130);
      }
      stop.abort(signal);
    });
  }
  Deno.exit(await main(Deno.args, createProcessIo(stop.signal, forcedExit.signal)));
}
