import { TraceStore } from "../../src/assemble/trace_store.ts";
import type { TraceList } from "../../src/assemble/trace_list.ts";
import type { Span } from "../../src/model/span.ts";
import {
  type AppState,
  type AppStateOptions,
  createAppState,
  pageContext,
} from "../../src/tui/app_state.ts";
import type { Effect, Message } from "../../src/tui/message.ts";
import type { TracesPage } from "../../src/tui/traces_page.ts";
import type { TracesView } from "../../src/tui/traces_state.ts";
import { updateApp } from "../../src/tui/update_app.ts";
import type { Connection, FeedEvent, TraceFeed } from "../../src/views/trace_feed.ts";
import { EPOCH, makeSpan } from "../assemble/_make_span.ts";

/** A request with a service call and its queries. */
export function requestSpans(traceId: string, at = 0): Span[] {
  return [
    makeSpan("root", {
      traceId,
      name: "GET /users/7",
      kind: "http",
      at,
      ms: 12.3,
      attrs: { method: "GET", path: "/users/7", status: "200" },
    }),
    makeSpan("service", {
      traceId,
      parentId: "root",
      name: "UserService.get",
      at: at + 1,
      ms: 8.1,
    }),
    makeSpan("query", {
      traceId,
      parentId: "service",
      name: "SQL Query",
      kind: "sql",
      at: at + 2,
      ms: 3.2,
      attrs: { query: "SELECT *\n  FROM users\n WHERE id = ?" },
    }),
    makeSpan("cache", {
      traceId,
      parentId: "service",
      name: "cache.put",
      at: at + 7,
      ms: 0.25,
      attrs: { key: "user:7", ttl: 60n },
    }),
    makeSpan("render", { traceId, parentId: "root", name: "render", at: at + 10, ms: 2 }),
  ];
}

/** A request that failed in a query of another service. */
export function failedSpans(traceId: string, at = 0): Span[] {
  return [
    makeSpan("root", {
      traceId,
      name: "POST /orders",
      kind: "server",
      at,
      ms: 48,
      service: "shop",
      attrs: { "http.response.status_code": 500n },
      status: { code: "error" },
    }),
    makeSpan("charge", {
      traceId,
      parentId: "root",
      name: "charge",
      kind: "client",
      at: at + 5,
      ms: 40,
      service: "shop",
      attrs: { "peer.address": "10.0.0.7:443" },
    }),
    makeSpan("insert", {
      traceId,
      parentId: "charge",
      name: "SQL Exec",
      kind: "sql",
      at: at + 12,
      ms: 30,
      service: "billing",
      attrs: { query: "INSERT INTO charges VALUES (?, ?, ?)", error: "deadlock detected" },
    }),
    makeSpan("orphan", {
      traceId,
      parentId: "not-seen",
      name: "audit",
      kind: "internal",
      at: at + 30,
      ms: 4,
    }),
  ];
}

/** A request that still runs, or whose program died when `state` says so. */
export function openSpans(traceId: string, at = 0, state: Span["state"] = "running"): Span[] {
  return [
    makeSpan("root", { traceId, name: "GET /report", kind: "http", at, state }),
    makeSpan("load", { traceId, parentId: "root", name: "load", at: at + 100, ms: 300 }),
    makeSpan("sum", { traceId, parentId: "root", name: "sum", at: at + 420, state }),
  ];
}

/** Names that mean harm, and names that take two columns a character. */
export function hostileSpans(traceId: string, at = 0): Span[] {
  return [
    makeSpan("root", { traceId, name: "\x1b]0;title\x07 \x1b[2J", kind: "http", at, ms: 9 }),
    makeSpan("bidi", {
      traceId,
      parentId: "root",
      name: "a\u202etxt.exe\u2066",
      at: at + 1,
      ms: 1,
    }),
    makeSpan("wide", { traceId, parentId: "root", name: "検索 ユーザー 😀", at: at + 2, ms: 3 }),
    makeSpan("lines", {
      traceId,
      parentId: "wide",
      name: "two\nlines\x9b31m",
      at: at + 3,
      ms: 1,
      attrs: { "ke\x1by": "va\x07lue", list: ["a", 1n], bytes: new Uint8Array(3) },
    }),
  ];
}

/** A store with one trace of each sort. */
export function sampleStore(): TraceStore {
  const store = new TraceStore();
  const traces = [
    requestSpans("t1"),
    failedSpans("t2", 1_000),
    hostileSpans("t3", 2_000),
    openSpans("t4", 3_000, "unfinished"),
    requestSpans("t5", 4_000),
    openSpans("t6", 5_000),
  ];
  for (const span of traces.flat()) store.add(span);
  return store;
}

/** A store with so many traces of so many spans each. */
export function largeStore(traces: number, spansPerTrace: number): TraceStore {
  const store = new TraceStore({ maxTraces: traces, maxSpans: traces * spansPerTrace });
  for (let trace = 0; trace < traces; trace++) {
    const traceId = `t${trace}`;
    for (let at = 0; at < spansPerTrace; at++) {
      const parentId = at === 0 ? undefined : `s${(at - 1) >> 1}`;
      store.add(
        makeSpan(`s${at}`, { traceId, parentId, name: `${traceId}/s${at}`, at: trace + at, ms: 1 }),
      );
    }
  }
  return store;
}

/** Options of {@linkcode openState}. */
export interface SampleOptions extends Partial<AppStateOptions> {
  traces?: TraceList;
  title?: string;
  connection?: Connection;
}

/** A feed of traces that are there already. */
export function feedOf(
  traces: TraceList,
  { title = "session 4711", connection = "live" }: { title?: string; connection?: Connection } = {},
): TraceFeed {
  return {
    title,
    connection,
    traces,
    isRecording: connection !== "live",
    progress: undefined,
    async *events(): AsyncGenerator<FeedEvent> {},
    [Symbol.dispose](): void {},
  };
}

/** A state at a fixed clock, seven seconds after `EPOCH`. */
export function openState(options: SampleOptions = {}): AppState {
  return createAppState({
    feed: feedOf(options.traces ?? sampleStore(), options),
    size: { columns: 80, rows: 24 },
    nowUnixNano: EPOCH + 7_000_000_000n,
    ...options,
  });
}

/** The state after some keys. */
export function press(state: AppState, ...keys: string[]): AppState {
  return keys.reduce((before, key) => updateApp(before, { type: "key", key }).state, state);
}

/** The state after some messages. */
export function send(state: AppState, ...messages: Message[]): AppState {
  return messages.reduce((before, message) => updateApp(before, message).state, state);
}

/** What a key makes the world do, if anything. */
export function effectOf(state: AppState, key: string): Effect | undefined {
  return updateApp(state, { type: "key", key }).effect;
}

/** The list of traces, with what it may read. */
export function listOf(state: AppState): TracesView {
  const page = state.tabs[0].pages[0] as TracesPage;
  return { ...pageContext(state), ...page.state };
}
