import type {
  ApiCompletion,
  ApiDiffRow,
  ApiInfo,
  ApiProblem,
  ApiScatter,
  ApiServices,
  ApiStatsRow,
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
import { encodeSegment } from "./route.ts";

/** The data of the server that sent the page. */
export class HttpApi implements PageApi {
  info(signal?: AbortSignal): Promise<ApiInfo> {
    return getJson("/api/info", {}, signal);
  }

  traces(query: TraceRowsQuery, signal?: AbortSignal): Promise<ApiTraces> {
    return getJson("/api/traces", { ...query }, signal);
  }

  scatter(
    query: TraceQuery & { readonly width: number; readonly height: number },
    signal?: AbortSignal,
  ): Promise<ApiScatter> {
    return getJson("/api/scatter", { ...query }, signal);
  }

  async traceLines(traceId: string, at?: string, signal?: AbortSignal): Promise<string> {
    return await (await get(`/api/trace/${encodeSegment(traceId)}`, { at }, signal)).text();
  }

  stats(query: TraceQuery, signal?: AbortSignal): Promise<readonly ApiStatsRow[]> {
    return getLines("/api/stats", { ...query }, signal);
  }

  services(query: TraceQuery, signal?: AbortSignal): Promise<ApiServices> {
    return getJson("/api/services", { ...query }, signal);
  }

  diff(a: string, b: string, at?: string, signal?: AbortSignal): Promise<readonly ApiDiffRow[]> {
    return getLines("/api/diff", { a, b, at }, signal);
  }

  complete(
    query: string,
    offset: number,
    signal?: AbortSignal,
  ): Promise<readonly ApiCompletion[]> {
    return getJson("/api/complete", { query, at: offset }, signal);
  }

  stream(watch: readonly string[], listener: StreamListener): StopStream {
    return openStream(`/api/stream${searchOf({ watch: watch.length > 0 ? watch : undefined })}`, {
      ...listener,
    });
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

async function get(
  path: string,
  parameters: Parameters,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path + searchOf(parameters), { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server does not answer", "away");
  }
  if (response.ok) return response;
  const problem = await readProblem(response);
  const reason = problem.column !== undefined
    ? "query"
    : response.status === 404
    ? "missing"
    : "failed";
  throw new ApiError(problem.error, reason, problem.column);
}

async function getJson<Answer>(
  path: string,
  parameters: Parameters,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  return await (await get(path, parameters, signal)).json();
}

/** Answers that are JSON Lines, as the command line prints them. */
async function getLines<Row>(
  path: string,
  parameters: Parameters,
  signal: AbortSignal | undefined,
): Promise<readonly Row[]> {
  const text = await (await get(path, parameters, signal)).text();
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

async function readProblem(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => "");
  try {
    const problem = JSON.parse(text);
    if (typeof problem?.error === "string") return problem;
  } catch {
    // Something between us and the server answered.
  }
  return { error: `The server answered with the status ${response.status}` };
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/** Server-sent events, connected again whenever they end: browsers give up after an error status. */
function openStream(url: string, listener: StreamListener): StopStream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_WAIT_MS;
  function connect(): void {
    source = new EventSource(url);
    source.addEventListener("open", () => {
      waitMs = FIRST_WAIT_MS;
      listener.connected(true);
    });
    source.addEventListener("error", () => {
      listener.connected(false);
      // By ourselves, because how long browsers wait, and whether, differs.
      source?.close();
      clearTimeout(timer);
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    });
    source.addEventListener("info", ({ data }) => listener.info(JSON.parse(data)));
    source.addEventListener("trace", ({ data }) => listener.trace(JSON.parse(data).traceId));
    source.addEventListener("missed", ({ data }) => listener.missed(JSON.parse(data).spans));
  }
  connect();
  return () => {
    source?.close();
    clearTimeout(timer);
  };
}
