import * as z from "zod";
import { Answer, describeCall, shownText } from "./answer.ts";
import { countText } from "./describe_trace.ts";
import { defineTool, MAX_BYTES, OFFSET, parameters } from "./tool.ts";
import type { ListedSource } from "./trace_source.ts";

const INPUT = parameters({
  folder: z.string().default(".").describe("Folder whose trace files to list, newest first"),
  offset: OFFSET,
  max_bytes: MAX_BYTES,
});

/** Lists what can be read. */
export const listSources = defineTool({
  name: "list_sources",
  description:
    "Lists running trace sessions and trace files (recordings, OTLP, Zipkin, Jaeger, Chrome). " +
    "Pass what a line begins with as `source` to the other tools; the path of any trace file, the socket of a " +
    "session, and jaeger+http://HOST:PORT do, too.",
  input: INPUT,
  async run(args, { catalog }): Promise<string> {
    const sources = await catalog.list(args.folder);
    const answer = new Answer(args.max_bytes);
    let shown = args.offset;
    while (shown < sources.length && answer.add(describeSource(sources[shown]))) shown++;
    if (shown < sources.length) {
      answer.note(
        `${sources.length - shown} more: ${
          describeCall("list_sources", INPUT, args, { offset: shown })
        }`,
      );
    }
    if (sources.length === 0) {
      answer.add(
        "No session is running, and there is no trace file here. Start one with: trace run -- COMMAND, " +
          "or: trace collect. Any trace file can be opened by its path.",
      );
    } else if (!sources.some(({ isDefault }) => isDefault)) {
      answer.note("No default: pass `source` to the other tools.");
    }
    return answer.toString();
  },
});

function describeSource(source: ListedSource): string {
  const { type, title, time, byteCount, traces } = source;
  return [
    // Whole: it is what has to be passed.
    /\s/.test(source.name) ? JSON.stringify(source.name) : shownText(source.name, 4096),
    type,
    ...(title === "" ? [] : [shownText(title, 120)]),
    ...(time === undefined ? [] : [`${type === "session" ? "since" : "changed"} ${time}`]),
    ...(byteCount === undefined ? [] : [countText(byteCount, "byte")]),
    ...(traces === undefined
      ? []
      : [`open: ${countText(traces.traceCount, "trace")}, ${countText(traces.spanCount, "span")}`]),
    ...(source.isDefault ? ["(default)"] : []),
  ].join("  ");
}
