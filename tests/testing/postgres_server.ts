import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A PostgreSQL server of the test's own, reachable through a socket in `folder`. */
export interface PostgresServer extends AsyncDisposable {
  readonly folder: string;
}

/** Starts the machine's PostgreSQL; `undefined`, with a message, where there is none. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "trace-test-"));
  // PostgreSQL refuses to run as root.
  const user = Deno.uid() === 0 ? await findNobody() : undefined;
  if (user !== undefined) await Deno.chown(folder, user.uid, user.gid);
  async function run(command: string, ...args: string[]): Promise<boolean> {
    const { success } = await new Deno.Command(command, {
      args,
      cwd: folder,
      ...user,
      stdout: "null",
      stderr: "null",
    }).output().catch(() => ({ success: false }));
    return success;
  }
  const data = join(folder, "data");
  const isRunning = await run("initdb", "-D", data, "-A", "trust", "-U", "tester", "--no-sync") &&
    await run(
      "pg_ctl",
      ...[
        "-D",
        data,
        "-w",
        "-l",
        join(folder, "log"),
        "-o",
        `-c listen_addresses= -F -k ${folder}`,
      ],
      "start",
    );
  if (!isRunning) {
    console.log("skipped: no PostgreSQL (initdb, pg_ctl) that can be started here");
    await rm(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    async [Symbol.asyncDispose](): Promise<void> {
      await run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop");
      await rm(folder, { recursive: true });
    },
  };
}

async function findNobody(): Promise<{ uid: number; gid: number } | undefined> {
  const { stdout } = await new Deno.Command("id", { args: ["nobody"] }).output();
  const match = /uid=(\d+).*?gid=(\d+)/.exec(new TextDecoder().decode(stdout));
  return match === null ? undefined : { uid: Number(match[1]), gid: Number(match[2]) };
}
