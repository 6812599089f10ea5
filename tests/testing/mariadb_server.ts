import { join } from "node:path";

/** A MariaDB server of the test's own, which lets `root` in through a socket. */
export interface MariadbServer extends AsyncDisposable {
  readonly socketPath: string;
}

/**
 * Starts the machine's MariaDB; `undefined`, with a message, where there is none.
 *
 * @param folder Where its files go; left to the caller.
 */
export async function startMariadb(folder: string): Promise<MariadbServer | undefined> {
  const data = join(folder, "mariadb");
  const socketPath = join(folder, "mariadb.sock");
  // Started by root it wants to be told that this is meant.
  const common = [
    "--no-defaults",
    `--datadir=${data}`,
    ...(Deno.uid() === 0 ? ["--user=root"] : []),
  ];
  const options = ["--auth-root-authentication-method=normal", "--skip-test-db"];
  const made = await new Deno.Command("mariadb-install-db", {
    args: [...common, ...options],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => undefined);
  const server = made?.success === true
    ? new Deno.Command("mariadbd", {
      args: [
        ...common,
        `--socket=${socketPath}`,
        `--pid-file=${join(folder, "mariadb.pid")}`,
        "--skip-networking",
      ],
      stdout: "null",
      stderr: "piped",
    }).spawn()
    : undefined;
  if (server === undefined) {
    console.log("skipped: no MariaDB (mariadb-install-db, mariadbd) that can be started here");
    return undefined;
  }
  await untilReady(server.stderr);
  return {
    socketPath,
    async [Symbol.asyncDispose](): Promise<void> {
      server.kill("SIGKILL");
      await server.status;
    },
  };
}

/** Reads the log until it says that the server is ready, or has ended. */
async function untilReady(log: ReadableStream<Uint8Array>): Promise<void> {
  let text = "";
  for await (const part of log.pipeThrough(new TextDecoderStream())) {
    text += part;
    // The rest of the log is little, and nobody has to read it.
    if (text.includes("ready for connections")) return;
  }
}
