/** A server of somebody else, in a process of its own. */
export interface PeerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Stops it and waits until it is gone; doing so again has no effect. */
  stop(signal?: Deno.Signal): Promise<void>;
}

/**
 * Starts a server, and waits until its ports take connections.
 *
 * @param ports On 127.0.0.1.
 * @throws {Error} When it exits before that, with the end of what it wrote to stderr.
 */
export async function startPeer(
  command: string,
  args: readonly string[],
  ports: readonly number[],
): Promise<PeerProcess> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let hasExited = false;
  const exited = child.status.then(() => hasExited = true);
  for (const port of ports) {
    while (!hasExited && !await takesConnections(port)) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  if (hasExited) {
    throw new Error(`"${command}" did not start: ${(await errors).trim().slice(-MAX_SHOWN)}`);
  }
  async function stop(signal: Deno.Signal = "SIGTERM"): Promise<void> {
    if (!hasExited) child.kill(signal);
    await exited;
    await errors;
  }
  return { pid: child.pid, stop, [Symbol.asyncDispose]: () => stop() };
}

/**
 * Ports of 127.0.0.1 that are free now, and not among those that the system gives to connections: whoever
 * binds one of them can do so again after a restart.
 */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      ports.add(port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return [...ports];
}

async function takesConnections(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

const POLL_MS = 20;
const MAX_SHOWN = 2000;
const FIRST_PORT = 15_000;
const PORT_COUNT = 10_000;
