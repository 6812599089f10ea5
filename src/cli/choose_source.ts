import { relative } from "node:path";
import { formatDuration } from "../model/duration.ts";
import { openTerminal } from "../terminal/open_terminal.ts";
import { type PickerItem, runPicker } from "../tui/picker.ts";
import { countText } from "../views/count_text.ts";
import { CommandError } from "./command_error.ts";
import { type CliIo, wantsColor } from "./io.ts";
import type { FoundRecording } from "./list_recordings.ts";
import type { SessionInfo } from "./session_folder.ts";

/**
 * Lets the user choose one of the sessions and files that could be meant, on a terminal.
 *
 * @throws {CommandError} When none is chosen.
 */
export async function chooseSource<Choice extends SessionInfo | FoundRecording>(
  io: CliIo,
  title: string,
  choices: readonly Choice[],
): Promise<Choice> {
  const nowMs = Date.now();
  const chosen = await runPicker({
    terminal: openTerminal(),
    title,
    items: choices.map((choice) =>
      "view" in choice ? sessionItem(choice, nowMs) : recordingItem(choice, nowMs)
    ),
    isColored: wantsColor(io, io.stdout),
    signal: io.signal,
  });
  if (chosen === undefined) throw new CommandError("Nothing was chosen");
  return choices[chosen];
}

function sessionItem({ title, startedAt, pid }: SessionInfo, nowMs: number): PickerItem {
  const startedMs = startedAt === undefined ? NaN : Date.parse(startedAt);
  const age = Number.isNaN(startedMs) ? "running" : `running for ${ageText(nowMs - startedMs)}`;
  return { name: title, facts: [age, `process ${pid}`] };
}

function recordingItem(file: FoundRecording, nowMs: number): PickerItem {
  const { path, byteLength, changedMs, spanCount } = file;
  return {
    name: relative(".", path),
    facts: [
      `${ageText(nowMs - changedMs)} ago`,
      spanCount === undefined ? "" : countText(spanCount, "span"),
      sizeText(byteLength),
    ],
  };
}

function ageText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes >= 2 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} days`;
  if (minutes >= 2 * 60) return `${Math.floor(minutes / 60)} hours`;
  if (minutes >= 2) return `${minutes} minutes`;
  return formatDuration(BigInt(Math.max(0, Math.floor(ms / 1000))) * 1_000_000_000n);
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return countText(bytes, "byte");
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${Math.round(bytes / 1e6)} MB`;
}
