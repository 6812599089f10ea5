import type {
  ApiCompletion,
  ApiCompletions,
  ApiInfo,
  ApiProblem,
  ApiRows,
  ApiScatter,
  ApiTraces,
} from "../api.ts";
import {
  ApiError,
  type PageApi,
  type StopStream,
  type StreamListener,
  type TraceQuery,
  type TraceRowsQuery,
} from "./page_api.ts";
import { encodeTraceSegment } from "../../views/trace_segment.ts";

/** Sends a request, as the browser's own `fetch` does. */
export type SendRequest = (url: string, init: { signal?: AbortSignal }) => Promise<Response>;

/** The data of the server that sent the page. */
export class HttpApi implements PageApi {
  readonly #send: SendRequest;

  /** @param send What answers. @default the browser's `fetch` */
  constructor(send: SendRequest = (url, init) => fetch(url, init)) {
    this.#send = send;
  }

  info(signal?: AbortSignal): Promise<ApiInfo> {
    return this.#getJson("/api/info", {}, signal);
  }

  traces(query: TraceRowsQuery, signal?: AbortSignal): Promise<ApiTraces> {
    return this.#getJson("/api/traces", { ...query }, signal);
  }

  scatter(
    query: TraceQuery & { readonly width: number; readonly height: number },
    signal?: AbortSignal,
  ): Promise<ApiScatter> {
    return this.#getJson("/api/scatter", { ...query }, signal);
  }

  async traceLines(
    traceId: string,
    at?: string,
    signal?: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const { body } = await this.#get(`/api/trace/${encodeTraceSegment(traceId)}`, { at }, signal);
    return body ?? new Blob([]).stream();
  }

  stats(query: TraceQuery, signal?: AbortSignal): Promise<ApiRows> {
    return this.#getJson("/api/stats", { ...query }, signal);
  }

  services(query: TraceQuery, signal?: AbortSignal): Promise<ApiRows> {
    return this.#getJson("/api/services", { ...query }, signal);
  }

  diff(a: string, b: string, signal?: AbortSignal): Promise<ApiRows> {
    return this.#getJson("/api/diff", { a, b }, signal);
  }

  async complete(
    query: string,
    cursor: number,
    signal?: AbortSignal,
  ): Promise<readonly ApiCompletion[]> {
    const answer = await this.#getJson<ApiCompletions>("/api/complete", { query, cursor }, signal);
    return answer.completions;
  }

  stream(watch: readonly string[], listener: StreamListener): StopStream {
    return openStream(`/api/stream${searchOf({ watch })}`, listener);
  }

  async #get(
    path: string,
    parameters: Parameters,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await this.#send(path + searchOf(parameters), { signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError("The server does not answer", "away");
    }
    if (response.ok) return response;
    const problem = await readProblem(response);
    const reason = problem.reason === "bad_query"
      ? "query"
      : response.status === 404
      ? "missing"
      : "failed";
    throw new ApiError(problem.message, reason, problem.column);
  }

  async #getJson<Answer>(
    path: string,
    parameters: Parameters,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    return await (await this.#get(path, parameters, signal)).json();
  }
}

type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

function searchOf(parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === "") continue;
    for (const each of typeof value === "object" ? value : [value]) {
      search.append(name, String(each));
    }
  }
  return search.size === 0 ? "" : `?${search}`;
}

async function readProblem(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => "");
  try {
    const problem = JSON.parse(text);
    if (typeof problem?.message === "string") return problem;
  } catch {
    // Something between us and the server answered.
  }
  return { message: `The server answered with the status ${response.status}`, reason: "failed" };
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Server-sent events, connected again whenever they end. Not while the page is hidden: browsers have
 * six connections for a server, and pages that nobody looks at would keep them from the one that is.
 */
function openStream(url: string, listener: StreamListener): StopStream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  let isHidden = false;
  function connect(): void {
    if (source !== undefined || isHidden) return;
    source = new EventSource(url);
    source.addEventListener("open", () => {
      waitMs = FIRST_WAIT_MS;
      listener.connected(true);
    });
    source.addEventListener("error", () => {
      listener.connected(false);
      // By ourselves, because browsers give up after an error status and differ in how long they wait.
      disconnect();
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    });
    source.addEventListener("info", ({ data }) => listener.info(JSON.parse(data)));
    source.addEventListener("trace", ({ data }) => listener.trace(JSON.parse(data)));
    source.addEventListener("missed", ({ data }) => listener.missed(JSON.parse(data)));
  }
  function disconnect(): void {
    source?.close();
    source = undefined;
    clearTimeout(timer);
  }
  function onVisibilityChange(): void {
    isHidden = document.visibilityState === "hidden";
    if (!isHidden) connect();
    else if (source !== undefined) {
      disconnect();
      listener.suspended();
    }
  }
  document.addEventListener("visibilitychange", onVisibilityChange);
  onVisibilityChange();
  return () => {
    document.removeEventListener("visibilitychange", onVisibilityChange);
    disconnect();
  };
}
