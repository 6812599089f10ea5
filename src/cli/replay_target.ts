import type { ByteConnection } from "../runtime/byte_stream.ts";
import { connectUnix } from "../runtime/connect_unix.ts";
import { CommandError } from "./command_error.ts";
import type { CliIo } from "./io.ts";
import { listSessions } from "./session_folder.ts";

/**
 * Where a replay goes: `--to`, else `TRACE_SOCKET`, else the running session.
 *
 * @returns Path of a Unix socket that takes go-trace's events.
 * @throws {CommandError} When there is no such place, or more than one.
 */
export async function findReplayTarget(io: CliIo, to: string | undefined): Promise<string> {
  if (to !== undefined) {
    const path = /^unix:\/\/(\/.+)$/.exec(to)?.[1];
    if (path !== undefined) return path;
    throw new CommandError(`Cannot replay to "${to}": expected unix:///PATH of a Unix socket`, 2);
  }
  const named = io.env("TRACE_SOCKET");
  if (named !== undefined) return named;
  const sessions = (await listSessions(io)).filter(({ socket }) => socket !== undefined);
  if (sessions.length === 1) return sessions[0].socket!;
  if (sessions.length === 0) {
    throw new CommandError(
      "No session is running to replay to; start one with: trace collect, or name a socket: --to unix:///PATH",
    );
  }
  const list = sessions.map(({ socket, title }) => `  --to unix://${socket}   ${title}`);
  throw new CommandError(`Several sessions are running. Choose one:\n${list.join("\n")}`);
}

/**
 * Connects to a replay's target.
 *
 * @throws {CommandError} When nobody listens there.
 */
export async function connectReplayTarget(path: string): Promise<ByteConnection> {
  try {
    return await connectUnix(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT"
      ? "there is no such socket"
      : code === "ECONNREFUSED"
      ? "nobody listens there"
      : message;
    throw new CommandError(
      `Cannot connect to "${path}": ${reason}; start a collector with: trace collect, or name another target with --to`,
    );
  }
}
