import { formatTimestamp } from "../model/time.ts";
import { completeQuery } from "../query/complete_query.ts";
import type { HttpAnswer } from "../receivers/http_answer.ts";
import type { HttpHead } from "../receivers/http_head.ts";
import { HttpProblem } from "../receivers/http_problem.ts";
import { scatter } from "../views/scatter.ts";
import type { TraceSort } from "../views/trace_selection.ts";
import type {
  ApiCompletions,
  ApiInfo,
  ApiPoint,
  ApiScatter,
  ApiTraceRow,
  ApiTraces,
} from "./api.ts";
import { eventStream } from "./event_stream.ts";
import { FigureCache } from "./figure_cache.ts";
import { diffJson, servicesJson, statsJson } from "./figures.ts";
import { describeSource, infoJson } from "./info.ts";
import { type ListChoice, readQuery } from "./list_choices.ts";
import { type Moment, Moments } from "./moments.ts";
import { QueryNamesSample } from "./query_names_sample.ts";
import { readCount, readMoment, readSort, readStartRange } from "./request_parameters.ts";
import { type Entries, inStartRange, type StartRange } from "./start_range.ts";
import { TimeBounds } from "./time_bounds.ts";
import { traceLines } from "./trace_lines.ts";
import { traceRow } from "./trace_row.ts";
import { decodeTraceSegment } from "../views/trace_segment.ts";
import type { WebSource } from "./web_source.ts";

/** Options of {@linkcode ApiRoutes}. */
export interface ApiRoutesOptions {
  readonly source: WebSource;
  /** Of trace. */
  readonly version: string;
  /** Pages that may be told of changes at once. @default 32 */
  readonly maxViewers?: number;
  /** Ends all that is under way. */
  readonly signal: AbortSignal;
}

/** Answers what the page asks for under `/api`; docs/views.md has the table. */
export class ApiRoutes {
  readonly #source: WebSource;
  readonly #version: string;
  readonly #maxViewers: number;
  readonly #signal: AbortSignal;
  readonly #moments: Moments;
  readonly #figures: FigureCache;
  readonly #names: QueryNamesSample;
  readonly #bounds: TimeBounds;
  /** Tells this server's events from those of another at the same address. */
  readonly #serverId = crypto.randomUUID().slice(0, 8);
  #viewerCount = 0;
  #refusedViewerCount = 0;

  readonly #routes: Readonly<Record<string, (request: ApiRequest) => ApiAnswer>> = {
    "/api/info": () => this.#info(),
    "/api/traces": ({ parameters }) => this.#traces(parameters),
    "/api/scatter": ({ parameters }) => this.#scatter(parameters),
    "/api/stats": ({ parameters }) => this.#rows("stats", parameters, statsJson),
    "/api/services": ({ parameters }) => this.#rows("services", parameters, servicesJson),
    "/api/diff": ({ parameters }) => this.#diff(parameters),
    "/api/complete": ({ parameters }) => this.#complete(parameters),
    "/api/stream": (request) => this.#stream(request),
  };

  constructor(options: ApiRoutesOptions) {
    const { source, signal } = options;
    this.#source = source;
    this.#version = options.version;
    this.#maxViewers = options.maxViewers ?? 32;
    this.#signal = signal;
    this.#figures = new FigureCache({ signal });
    this.#moments = new Moments(source.traces, signal);
    this.#names = new QueryNamesSample(source.traces);
    this.#bounds = new TimeBounds(source.traces, signal);
  }

  /**
   * Answers a GET request; `undefined` when there is no such path.
   *
   * @throws {HttpProblem} When a parameter is wrong, or there is no such trace.
   * @throws {QueryError} When a query is none.
   */
  answer(head: HttpHead): ApiAnswer {
    const request = { head, parameters: new URLSearchParams(head.query) };
    if (Object.hasOwn(this.#routes, head.path)) return this.#routes[head.path](request);
    const traceId = /^\/api\/trace\/([^/]+)$/.exec(head.path)?.[1];
    return traceId === undefined ? undefined : this.#trace(traceId, request.parameters);
  }

  async #info(): Promise<HttpAnswer> {
    await this.#bounds.refresh();
    return json(infoJson(this.#describe(), Date.now()));
  }

  #describe(): Omit<ApiInfo, "now"> {
    void this.#bounds.refresh();
    return describeSource(this.#source, {
      version: this.#version,
      bounds: this.#bounds,
      viewerCount: this.#viewerCount,
      refusedViewerCount: this.#refusedViewerCount,
    });
  }

  #traces(parameters: URLSearchParams): Promise<HttpAnswer> {
    const { sort, isReversed } = readSort(parameters.get("sort"));
    const from = readCount(parameters, "from", { fallback: 0, max: Number.MAX_SAFE_INTEGER });
    const limit = readCount(parameters, "limit", { fallback: 100, max: 1000 });
    const choice = readChoice(parameters, sort);
    return this.#moments.use(choice.at, async (moment) => {
      const { list_version, waiting, entries } = await this.#choose(moment, choice);
      const total = entries.traceCount;
      const rows: ApiTraceRow[] = [];
      for (let index = from; index < Math.min(total, from + limit); index++) {
        const entry = entries.entryAt(isReversed ? total - 1 - index : index);
        if (entry !== undefined) rows.push(traceRow(entry));
      }
      return json(
        JSON.stringify({ list_version, total, waiting, from, rows } satisfies ApiTraces),
      );
    });
  }

  #scatter(parameters: URLSearchParams): Promise<HttpAnswer> {
    const width = readCount(parameters, "width", { fallback: 800, max: 10_000 });
    const height = readCount(parameters, "height", { fallback: 200, max: 10_000 });
    const choice = readChoice(parameters, "start");
    return this.#moments.use(choice.at, async (moment) => {
      const { list } = await moment.choices.choose(choice);
      const { figures } = await this.#figures.get({
        key: keyOf("scatter", choice, width, height),
        // More may have been judged, and the source be the same.
        version: () => list.version,
        make: async () => {
          const { entries, ...state } = await this.#choose(moment, choice);
          return { ...state, ...scatterFigures(entries, width, height) } satisfies ApiScatter;
        },
      });
      return json(JSON.stringify(figures));
    });
  }

  /** The traces that are wanted, and of which state of the source they are. */
  async #choose(
    { choices }: Moment,
    choice: Choice,
  ): Promise<{ list_version: number; waiting: number; entries: Entries }> {
    const { version } = this.#source.traces;
    const { list, waiting } = await choices.choose(choice);
    const { sort, range } = choice;
    if (range === undefined) return { list_version: version, waiting, entries: list };
    const signal = this.#signal;
    if (sort === "start" || sort === "newest") {
      const entries = await inStartRange(list, { sort, range, signal });
      return { list_version: version, waiting, entries };
    }
    const { figures } = await this.#figures.get({
      key: keyOf("range", choice),
      version: () => list.version,
      make: async () => ({
        list_version: this.#source.traces.version,
        entries: await inStartRange(list, { sort, range, signal }),
      }),
    });
    return { ...figures, waiting };
  }

  #rows(
    name: string,
    parameters: URLSearchParams,
    make: typeof statsJson,
  ): Promise<HttpAnswer> {
    const choice = readChoice(parameters, "start");
    const query = readQuery(choice.where);
    return this.#moments.use(choice.at, async ({ traces }) => {
      const { version, figures } = await this.#figures.get({
        key: keyOf(name, choice),
        version: () => this.#source.traces.version,
        make: () => make({ traces, query, signal: this.#signal }),
      });
      return json(`{"list_version":${version},"rows":[${figures}]}`);
    });
  }

  #diff(parameters: URLSearchParams): HttpAnswer {
    const [a, b] = ["a", "b"].map((name) => {
      const traceId = parameters.get(name) ?? "";
      const trace = this.#source.traces.trace(traceId);
      if (trace === undefined) throw noTrace(traceId);
      return trace;
    });
    return json(
      `{"list_version":${this.#source.traces.version},"rows":[${diffJson(a, b)}]}`,
    );
  }

  #complete(parameters: URLSearchParams): HttpAnswer {
    const query = parameters.get("query") ?? "";
    const cursor = readCount(parameters, "cursor", { fallback: query.length, max: query.length });
    this.#names.refresh();
    const completions = completeQuery(query, cursor, this.#names.names);
    return json(JSON.stringify({ completions } satisfies ApiCompletions));
  }

  #trace(segment: string, parameters: URLSearchParams): Promise<HttpAnswer> {
    const traceId = decodeSegment(segment);
    const at = readMoment(parameters);
    return this.#moments.use(at, ({ traces }) => {
      const entry = traces.entryOf(traceId);
      if (entry === undefined) throw noTrace(traceId);
      // A list that may be at another moment when they are sent is read at once.
      const spans = at === undefined ? traces.spansOf(traceId) : [...traces.spansOf(traceId)];
      return Promise.resolve({
        contentType: "application/x-ndjson",
        headers: { "trace-version": String(entry.version) },
        stream: (signal) => traceLines(spans, signal),
      });
    });
  }

  #stream({ head, parameters }: ApiRequest): HttpAnswer {
    if (this.#viewerCount >= this.#maxViewers) {
      this.#refusedViewerCount++;
      throw new HttpProblem(
        503,
        "too_many_viewers",
        `There are ${this.#maxViewers} pages already that follow this view; close one`,
        { "retry-after": "5" },
      );
    }
    return {
      contentType: "text/event-stream",
      stream: (signal) => this.#events(head, parameters.getAll("watch"), signal),
    };
  }

  async *#events(
    head: HttpHead,
    watched: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    // Many may have asked before the first was counted; browsers ask again, and are told then.
    if (this.#viewerCount >= this.#maxViewers) {
      this.#refusedViewerCount++;
      return;
    }
    this.#viewerCount++;
    try {
      yield* eventStream({
        traces: this.#source.traces,
        info: () => this.#describe(),
        watched: watched.slice(0, MAX_WATCHED),
        lastEventId: head.headers.get("last-event-id"),
        serverId: this.#serverId,
        signal,
      });
    } finally {
      this.#viewerCount--;
    }
  }
}

/** Which traces a request is about. */
interface Choice extends ListChoice {
  readonly at: bigint | undefined;
  readonly range: StartRange | undefined;
}

function readChoice(parameters: URLSearchParams, sort: TraceSort): Choice {
  return {
    where: parameters.get("where") ?? "",
    sort,
    at: readMoment(parameters),
    range: readStartRange(parameters),
  };
}

/** What stands for figures of a choice. */
function keyOf(name: string, { where, sort, at, range }: Choice, ...more: number[]): string {
  return JSON.stringify([
    ...[name, where, sort, String(at), String(range?.after), String(range?.before)],
    ...more,
  ]);
}

interface ApiRequest {
  readonly head: HttpHead;
  readonly parameters: URLSearchParams;
}

type ApiAnswer = HttpAnswer | Promise<HttpAnswer> | undefined;

/** Traces whose changes one page is told: it shows one, or two next to each other. */
const MAX_WATCHED = 64;
/** How large a point of the scatter is, in pixels. */
const POINT_PIXELS = 4;

function scatterFigures(
  list: Entries,
  width: number,
  height: number,
): Omit<ApiScatter, "list_version" | "waiting"> {
  const { points, traceCount, fromUnixNano, toUnixNano, minDurationNano, maxDurationNano } =
    scatter(list, {
      columns: Math.ceil(width / POINT_PIXELS),
      rows: Math.ceil(height / POINT_PIXELS),
    });
  const isEmpty = traceCount === 0;
  return {
    total: traceCount,
    start_time: isEmpty ? null : formatTimestamp(fromUnixNano),
    end_time: isEmpty ? null : formatTimestamp(toUnixNano),
    min_duration_ns: isEmpty ? null : String(minDurationNano),
    max_duration_ns: isEmpty ? null : String(maxDurationNano),
    points: points.map((point): ApiPoint => ({
      trace_id: point.traceId,
      name: point.name,
      service: point.service ?? null,
      start_time: formatTimestamp(point.startTimeUnixNano),
      duration_ns: String(point.durationNano),
      traces: point.count,
      errors: point.errorCount,
    })),
  };
}

function json(body: string): HttpAnswer {
  return { contentType: "application/json", body };
}

function noTrace(traceId: string): HttpProblem {
  return new HttpProblem(
    404,
    "not_found",
    traceId === "" ? "The id of a trace is missing" : `There is no trace ${traceId} here any more`,
  );
}

function decodeSegment(segment: string): string {
  try {
    return decodeTraceSegment(segment);
  } catch {
    throw new HttpProblem(400, "bad_parameter", "The id is not percent-encoded UTF-8");
  }
}
