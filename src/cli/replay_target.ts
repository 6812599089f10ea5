import { parseTarget, type Target } from "../transport/target.ts";
import { CommandError } from "./command_error.ts";
import type { CliIo } from "./io.ts";
import { listSessions } from "./session_folder.ts";

/** Where a replay goes, and how to call it. */
export interface ReplayTarget {
  readonly url: string;
  readonly target: Target;
}

/**
 * Where a replay goes: `--to`, else `TRACE_SOCKET`, else the running session.
 *
 * @throws {CommandError} When there is no such place, or more than one.
 */
export async function findReplayTarget(io: CliIo, to: string | undefined): Promise<ReplayTarget> {
  if (to !== undefined) {
    try {
      return { url: to, target: parseTarget(to) };
    } catch (error) {
      throw new CommandError(`Cannot replay: ${(error as Error).message}`, 2);
    }
  }
  const named = io.env("TRACE_SOCKET");
  if (named !== undefined) return sessionTarget(named);
  const sessions = (await listSessions(io)).filter(({ socket }) => socket !== undefined);
  if (sessions.length === 1) return sessionTarget(sessions[0].socket!);
  if (sessions.length === 0) {
    throw new CommandError(
      "No session is running to replay to; start one with: trace collect, or name a receiver: --to URL",
    );
  }
  const list = sessions.map(({ socket, title }) => `  --to unix://${socket}   ${title}`);
  throw new CommandError(`Several sessions are running. Choose one:\n${list.join("\n")}`);
}

function sessionTarget(path: string): ReplayTarget {
  return {
    url: `unix://${path}`,
    target: { protocol: "gotrace", address: { transport: "unix", path } },
  };
}
