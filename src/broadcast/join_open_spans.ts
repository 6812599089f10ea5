import type { OpenSpans } from "./live_server.ts";

/** The open spans of several who know some. */
export function joinOpenSpans(all: readonly OpenSpans[]): OpenSpans {
  return {
    forEachOpen(consumer): void {
      for (const each of all) each.forEachOpen(consumer);
    },
    forEachStarted(consumer): void {
      for (const each of all) each.forEachStarted(consumer);
    },
    skipStarted(): void {
      for (const each of all) each.skipStarted();
    },
  };
}
