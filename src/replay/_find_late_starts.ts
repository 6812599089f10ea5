import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import type { ReplayPiece } from "./_replay_reader.ts";
import { type LateStart, ReplayWindow } from "./replay_window.ts";

/**
 * Reads an input to find the spans that it has too late for a window: those that lasted longer than as
 * much as the window holds. Told of them before, it lets them start in time.
 *
 * @param windowBytes What the window holds; and at most as much is found, in bytes of lines.
 * @param signal Ends the reading.
 */
export async function findLateStarts(
  pieces: AsyncIterable<ReplayPiece>,
  windowBytes: number,
  signal: AbortSignal,
): Promise<LateStart[]> {
  const found: LateStart[] = [];
  let foundBytes = 0;
  const window = new ReplayWindow({
    maxBytes: windowBytes,
    tellsStarts: true,
    onLateStart(sequence, span): void {
      const line = encodeSpanLine(span);
      if (foundBytes + line.length > windowBytes) return;
      foundBytes += line.length;
      found.push({ sequence, line });
    },
  });
  for await (const piece of pieces) {
    if (signal.aborted) return found;
    window.addPiece(piece);
    while (window.isFull) window.take();
  }
  while (!window.isEmpty) window.take();
  return found.sort((a, b) => a.sequence - b.sequence);
}
