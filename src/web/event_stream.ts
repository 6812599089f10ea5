import type { TraceList } from "../assemble/trace_list.ts";
import type { ApiInfo, ApiMissed, ApiTraceChange } from "./api.ts";
import { wait } from "../runtime/wait.ts";
import { infoJson } from "./info.ts";

/** What an {@linkcode eventStream} tells of. */
export interface EventStreamOptions {
  readonly traces: TraceList;
  /** The source as it is now. */
  readonly info: () => Omit<ApiInfo, "now">;
  /** Ids of traces whose changes are told. */
  readonly watched: readonly string[];
  /** The id of the last event that the page has got from an earlier stream. */
  readonly lastEventId: string | undefined;
  /** Another one each time the server starts. */
  readonly serverId: string;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** @default 15,000 */
  readonly heartbeatMs?: number;
}

/** Where a stream is: what its page has been told. */
interface Told {
  readonly ms: number;
  readonly version: number;
  readonly skipped: number;
}

/**
 * Server-sent events for one page: what has changed since the last ones, at most ten times a second. Nothing is
 * kept for a page that does not read: the next part is made when the last one has gone, of what is there then.
 * See https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* eventStream(options: EventStreamOptions): AsyncGenerator<Uint8Array> {
  const { traces, signal, serverId } = options;
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  const watched = new Map(options.watched.map((traceId) => [traceId, -1]));
  let told = readEventId(options.lastEventId, serverId);
  let toldInfo = "";
  let isBehind = told !== undefined;
  yield UTF8.encode(`retry: ${RETRY_MS}\n\n`);
  let quietSinceMs = Date.now();
  while (!signal.aborted) {
    const nowMs = Date.now();
    const info = options.info();
    const fingerprint = JSON.stringify(info);
    let text = "";
    if (fingerprint !== toldInfo) {
      const missed = told && describeMissed(told, info, isBehind ? nowMs - told.ms : 0);
      if (missed !== undefined) text += formatEvent("missed", JSON.stringify(missed));
      const id = `${serverId}-${nowMs}-${info.list_version}-${info.skipped}`;
      text += formatEvent("info", infoJson(info, nowMs), id);
      toldInfo = fingerprint;
      told = { ms: nowMs, version: info.list_version, skipped: info.skipped };
    }
    for (const [traceId, version] of watched) {
      const change = describeTrace(traces, traceId);
      if (change.version === version) continue;
      // A trace that has never been there has not changed.
      if (version >= 0 || !change.is_gone) text += formatEvent("trace", JSON.stringify(change));
      watched.set(traceId, change.version);
    }
    isBehind = false;
    if (text === "" && nowMs - quietSinceMs >= heartbeatMs) text = HEARTBEAT;
    if (text !== "") {
      yield UTF8.encode(text);
      quietSinceMs = Date.now();
      isBehind = quietSinceMs - nowMs > BEHIND_MS;
    }
    await wait(INTERVAL_MS, signal);
  }
}

/** What a page has not been told one by one; `undefined` when it has got everything. */
function describeMissed(
  told: Told,
  info: Omit<ApiInfo, "now">,
  behindMs: number,
): ApiMissed | undefined {
  const spans = Math.max(0, info.skipped - told.skipped);
  const updates = behindMs > BEHIND_MS ? Math.max(0, info.list_version - told.version) : 0;
  if (spans === 0 && updates === 0) return undefined;
  return { spans, updates, ms: updates === 0 ? 0 : behindMs };
}

function describeTrace(traces: TraceList, traceId: string): ApiTraceChange {
  const entry = traces.entryOf(traceId);
  return {
    trace_id: traceId,
    is_gone: entry === undefined,
    version: entry?.version ?? -1,
    spans: entry?.spanCount ?? 0,
    running: entry?.runningCount ?? 0,
    errors: entry?.errorCount ?? 0,
  };
}

/** Reads the id of an event of this server; another server's counts tell nothing. */
function readEventId(id: string | undefined, serverId: string): Told | undefined {
  const parts = id?.split("-") ?? [];
  const [ms, version, skipped] = parts.slice(1).map(Number);
  if (parts.length !== 4 || parts[0] !== serverId) return undefined;
  return [ms, version, skipped].every(Number.isFinite) ? { ms, version, skipped } : undefined;
}

function formatEvent(name: string, json: string, id?: string): string {
  return `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${json}\n\n`;
}

const UTF8 = new TextEncoder();
const INTERVAL_MS = 100;
const HEARTBEAT_MS = 15_000;
/** A comment, which pages do not see: it finds out whether the page is still there. */
const HEARTBEAT = ": \n\n";
/** When a page asks again after its connection broke. */
const RETRY_MS = 1000;
/** What a page waited for longer than this it has not seen happen. */
const BEHIND_MS = 2000;
