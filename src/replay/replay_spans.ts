import { parseTarget } from "../transport/target.ts";
import { ReplayRun } from "./_replay_run.ts";
import type { ReadReplayInput, ReplayOptions } from "./replay_options.ts";
import type { ReplaySummary } from "./replay_summary.ts";

/**
 * Sends spans again. go-trace's collectors are told of each start and each end when it happened, relative to
 * the first; receivers of whole spans get each when it ended. Never more waits in memory than the window
 * and a message for each connection: a slow target makes the replay slow, and how late that is, is measured.
 *
 * What became of each span is in the summary, also when the target went away: then the replay is given up
 * after a time.
 *
 * @param read Called once for each pass, and once more when `from` or `until` are counted from the first start.
 * @throws {TypeError} When `to` is no URL of a receiver.
 * @throws What `read` throws.
 * @example
 * ```ts
 * import { replaySpans } from "./replay_spans.ts";
 *
 * const { outcome, error } = await replaySpans(async function* () {}, {
 *   to: "unix:///nobody/listens.sock",
 * });
 * if (outcome !== "failed") throw new Error("somebody does");
 * console.log(error); // Cannot reach unix:///nobody/listens.sock: there is no such socket
 * ```
 */
export async function replaySpans(
  read: ReadReplayInput,
  options: ReplayOptions,
): Promise<ReplaySummary> {
  const target = typeof options.to === "string" ? parseTarget(options.to) : options.to;
  return await new ReplayRun(read, target, options).run();
}
