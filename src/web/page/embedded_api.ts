import { TraceStore } from "../../assemble/trace_store.ts";
import { QueryError } from "../../query/query_error.ts";
import type { HttpHead } from "../../receivers/http_head.ts";
import { HttpProblem } from "../../receivers/http_problem.ts";
import { decodeSpanBatch } from "../../wire/span_line/decode_span_batch.ts";
import type { ApiConnection, ApiProblem } from "../api.ts";
import { ApiRoutes } from "../api_routes.ts";
import { EMBEDDED_SPANS_TYPE } from "../embedded_spans.ts";
import type { WebSource } from "../web_source.ts";
import { HttpApi } from "./http_api.ts";
import { nextTask } from "./next_task.ts";
import type { PageApi, StopStream, StreamListener } from "./page_api.ts";

/** The data that a page has in itself, as `trace export --format html` writes it; `undefined` for a page without. */
export function embeddedApi(document: Document): PageApi | undefined {
  const blocks = document.querySelectorAll<HTMLScriptElement>(
    `script[type="${EMBEDDED_SPANS_TYPE}"]`,
  );
  if (blocks.length === 0) return undefined;
  return new EmbeddedApi(new EmbeddedSource([...blocks]));
}

/** The spans in a page. They are read in slices, so that the page is drawn before. */
class EmbeddedSource implements WebSource {
  readonly title = "Exported traces";
  readonly traces = new TraceStore({
    maxTraces: Infinity,
    maxSpansPerTrace: Infinity,
    maxSpans: Infinity,
  });
  readonly isRecording = true;
  readonly problem = undefined;
  readonly skippedSpanCount = 0;
  readonly notices: readonly string[] = [];
  connection: ApiConnection = "loading";
  progress: number | undefined = 0;
  readonly whenRead: Promise<void>;

  constructor(blocks: readonly HTMLScriptElement[]) {
    this.whenRead = this.#read(blocks);
  }

  async #read(blocks: readonly HTMLScriptElement[]): Promise<void> {
    for (const [place, block] of blocks.entries()) {
      const lines = new TextEncoder().encode((block.textContent ?? "").trim());
      // Twice in memory is enough.
      block.remove();
      for (const span of decodeSpanBatch(lines)) this.traces.add(span);
      this.progress = (place + 1) / blocks.length;
      await nextTask();
    }
    this.connection = "end_of_file";
    this.progress = undefined;
  }
}

/** Answers in the page what a server would answer. */
class EmbeddedApi extends HttpApi {
  readonly #source: EmbeddedSource;

  constructor(source: EmbeddedSource) {
    const routes = new ApiRoutes({ source, version: "", signal: new AbortController().signal });
    super(async (url, { signal }) => {
      if (!url.startsWith("/api/info")) await source.whenRead;
      return await answer(routes, url, signal ?? new AbortController().signal);
    });
    this.#source = source;
  }

  /** Tells how far reading has come; after that nothing changes any more. */
  override stream(_watch: readonly string[], listener: StreamListener): StopStream {
    let isStopped = false;
    const tell = async (): Promise<void> => {
      const info = await this.info();
      if (!isStopped) listener.info(info);
    };
    listener.connected(true);
    void tell();
    void this.#source.whenRead.then(() => {
      clearInterval(timer);
      return tell();
    });
    const timer = setInterval(tell, PROGRESS_MS);
    return () => {
      isStopped = true;
      clearInterval(timer);
    };
  }
}

const PROGRESS_MS = 200;

/** A request as a server would have read it. */
const GET: Omit<HttpHead, "path" | "query"> = {
  method: "GET",
  headers: new Map(),
  bodyLength: undefined,
  isPersistent: true,
  takesChunks: true,
  expectsContinue: false,
};

async function answer(routes: ApiRoutes, url: string, signal: AbortSignal): Promise<Response> {
  const [path, query = ""] = url.split("?");
  try {
    const found = await routes.answer({ ...GET, path, query });
    if (found === undefined) return problem(404, "not_found", "There is no such thing here");
    const { body, stream, status = 200 } = found;
    if (stream === undefined) return new Response(body as string, { status });
    return new Response(streamOf(stream(signal)), { status });
  } catch (error) {
    if (error instanceof QueryError) {
      const { message, column } = error;
      return problem(400, "bad_query", message, column);
    }
    if (error instanceof HttpProblem) return problem(error.status, error.reason, error.message);
    throw error;
  }
}

function problem(status: number, reason: string, message: string, column?: number): Response {
  return new Response(JSON.stringify({ message, reason, column } satisfies ApiProblem), { status });
}

function streamOf(parts: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller): Promise<void> {
      const { value, done } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(): Promise<void> {
      await iterator.return?.();
    },
  });
}
