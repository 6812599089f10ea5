import type { JSX } from "preact";
import { formatDuration } from "../../../model/duration.ts";

/** A length of time, and whether it still grows. */
export function Duration(
  { nano, isRunning = false }: { nano: bigint; isRunning?: boolean },
): JSX.Element {
  const text = formatDuration(nano);
  return (
    <span class={isRunning ? "duration is-running" : "duration"} title={`${nano}ns`}>
      {isRunning ? `${text}…` : text}
    </span>
  );
}
