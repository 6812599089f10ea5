import { LineBuffer } from "../assemble/line_buffer.ts";
import type { Span } from "../model/span.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { transcodeJaegerJson } from "../wire/jaeger/transcode_jaeger_json.ts";
import { decodeSpanBatch } from "../wire/span_line/decode_span_batch.ts";
import { CommandError } from "./command_error.ts";
import { describeReasons, formatCount } from "./describe_reasons.ts";
import { JaegerClient } from "./jaeger_client.ts";
import { describeJaegerRange, type JaegerQuery, parseJaegerUrl } from "./jaeger_query.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/** Whether a source's name is the URL of a Jaeger query service. */
export function isJaegerUrl(name: string): boolean {
  return /^jaeger\+https?:/.test(name);
}

/**
 * The traces that a Jaeger query service has; whatever else answers as Jaeger does, such as
 * VictoriaTraces, too. The parameters of the URL are those of `parseJaegerUrl`.
 *
 * @param url For example `jaeger+http://localhost:16686?service=shop&lookback=1h`.
 * @throws {CommandError} When it is no such URL.
 */
export function jaegerSource(url: string): SpanSource {
  const query = parseJaegerUrl(url);
  return { title: query.base, isLive: false, read: (signal) => readJaeger(query, signal) };
}

async function* readJaeger(query: JaegerQuery, signal: AbortSignal): AsyncGenerator<SourceMessage> {
  const client = new JaegerClient(query, signal);
  const tally: Tally = { spanCount: 0, seen: new Set(), rejected: {} };
  try {
    if (query.traceIds.length > 0) {
      for (const id of query.traceIds) yield* readAnswer(await client.trace(id), tally);
    } else {
      yield* search(client, query, tally);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  const rejected = describeReasons("Spans were not understood", tally.rejected).trimEnd();
  if (rejected !== "") yield { type: "notice", text: `${rejected}: ${tally.firstProblem}` };
}

async function* search(
  client: JaegerClient,
  query: JaegerQuery,
  tally: Tally,
): AsyncGenerator<SourceMessage> {
  const known = await client.services();
  checkServices(query, known);
  const services = query.services.length > 0 ? query.services : known;
  for (const service of services) {
    if ((yield* readAnswer(await client.traces(service), tally)) >= query.limit) {
      yield {
        type: "notice",
        text: `${query.base} may have more traces of "${service}" than the ` +
          `${formatCount(query.limit, "trace")} asked for; ask for more with limit=${
            query.limit * 10
          }`,
      };
    }
  }
  if (tally.spanCount === 0) {
    const what = services.length === 0
      ? "knows of no service yet"
      : `has no traces ${describeJaegerRange(query)}; lookback=30d asks for a longer time`;
    yield { type: "notice", text: `${query.base} ${what}` };
  }
}

/** What has come so far. */
interface Tally {
  spanCount: number;
  /** Traces: one of several services comes with each of them. */
  readonly seen: Set<string>;
  readonly rejected: Record<string, number>;
  firstProblem?: string;
}

/** Hands out the spans of an answer; returns how many traces it had. */
async function* readAnswer(
  { url, body }: { url: string; body: Uint8Array },
  tally: Tally,
): AsyncGenerator<SourceMessage, number> {
  const own = new Set<string>();
  const batches: Span[][] = [];
  const sink = new LineBuffer((batch) => {
    const spans = decodeSpanBatch(batch.lines).filter(({ traceId }) => {
      own.add(traceId);
      return !tally.seen.has(traceId);
    });
    if (spans.length > 0) batches.push(spans);
  });
  try {
    const result = transcodeJaegerJson(body, sink);
    for (const [reason, count] of Object.entries(result.rejected)) {
      tally.rejected[reason] = (tally.rejected[reason] ?? 0) + count;
    }
    tally.firstProblem ??= result.firstProblem;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new CommandError(`Cannot read the answer of ${url}: ${error.message}`);
  }
  sink.flush();
  for (const spans of batches) {
    tally.spanCount += spans.length;
    yield { type: "spans", spans };
  }
  for (const id of own) tally.seen.add(id);
  return own.size;
}

function checkServices(query: JaegerQuery, known: readonly string[]): void {
  const missing = query.services.find((service) => !known.includes(service));
  if (missing === undefined) return;
  const listed = known.slice(0, MAX_LISTED).map((service) => `\n  ${service}`).join("");
  const more = known.length > MAX_LISTED ? `\n  and ${known.length - MAX_LISTED} more` : "";
  throw new CommandError(
    `Cannot read ${query.base}: it knows of no service "${missing}"; ` +
      (known.length === 0 ? "it knows of none yet" : `there are:${listed}${more}`),
  );
}

const MAX_LISTED = 30;
