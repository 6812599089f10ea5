import type { TraceList } from "../assemble/trace_list.ts";
import type { ApiConnection } from "./api.ts";

/** What the browser view shows. Everything but the title changes while spans come. */
export interface WebSource {
  /** For people: a session, a file, a socket. */
  readonly title: string;
  readonly traces: TraceList;
  /** Whether it is a recording, which can be shown as it was at any of its moments. */
  readonly isRecording: boolean;
  readonly connection: ApiConnection;
  /** Why it failed. */
  readonly problem: string | undefined;
  /** How much of it has been read, from 0 to 1; `undefined` where that is not known. */
  readonly progress: number | undefined;
  /** Spans that went by too fast. */
  readonly skippedSpanCount: number;
  /** What the user should know, such as damage that was skipped. */
  readonly notices: readonly string[];
}
