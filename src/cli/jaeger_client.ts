import { Buffer } from "node:buffer";
import { isJsonRecord, parseJsonBody } from "../wire/json/parse_json_body.ts";
import { CommandError } from "./command_error.ts";
import type { JaegerQuery } from "./jaeger_query.ts";

/** What a query service said. */
export interface JaegerAnswer {
  readonly url: string;
  readonly body: Uint8Array;
}

/** Asks a Jaeger query service, whose answers have bounds in size and time. */
export class JaegerClient {
  readonly #query: JaegerQuery;
  readonly #signal: AbortSignal;

  constructor(query: JaegerQuery, signal: AbortSignal) {
    this.#query = query;
    this.#signal = signal;
  }

  /**
   * The services that there are.
   *
   * @throws {CommandError} When nobody answers, or not as Jaeger does.
   */
  async services(): Promise<string[]> {
    const answer = await this.#get("/api/services");
    const { data } = parseAnswer(answer);
    if (data === null) return [];
    if (Array.isArray(data) && data.every((each) => typeof each === "string")) return data.sort();
    throw notJaeger(answer.url, "its answer has no list of services");
  }

  /**
   * The traces in which a service took part.
   *
   * @throws {CommandError} See {@linkcode JaegerClient.services}.
   */
  traces(service: string): Promise<JaegerAnswer> {
    const { limit, startMicros, endMicros, others } = this.#query;
    const parameters = new URLSearchParams([
      ["service", service],
      ["limit", String(limit)],
      ["start", String(startMicros)],
      ["end", String(endMicros)],
      ...others.map(([key, value]) => [key, value]),
    ]);
    return this.#get(`/api/traces?${parameters}`);
  }

  /**
   * One trace.
   *
   * @throws {CommandError} See {@linkcode JaegerClient.services}; also when there is no such trace.
   */
  async trace(id: string): Promise<JaegerAnswer> {
    const answer = await this.#get(`/api/traces/${id}`);
    const { data } = parseAnswer(answer);
    if (Array.isArray(data) && data.length > 0) return answer;
    throw new CommandError(`Cannot read ${answer.url}: there is no such trace`);
  }

  async #get(path: string): Promise<JaegerAnswer> {
    const url = this.#query.base + path;
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const { authorization } = this.#query;
    try {
      const response = await fetch(url, {
        headers: { accept: "application/json", ...(authorization && { authorization }) },
        signal: AbortSignal.any([this.#signal, timeout]),
      });
      const body = await readBody(response, url);
      if (response.ok) return { url, body };
      throw refusal(url, response.status, body);
    } catch (error) {
      if (error instanceof CommandError || this.#signal.aborted) throw error;
      const reason = timeout.aborted
        ? `no answer within ${TIMEOUT_MS / 1000} s`
        : reasonOf(error as Error);
      throw new CommandError(
        `Cannot reach ${url}: ${reason}; is Jaeger's query service there? (its port is 16686)`,
      );
    }
  }
}

const TIMEOUT_MS = 60_000;
const MAX_BODY_BYTES = 256 * 1024 * 1024;

async function readBody(response: Response, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_BODY_BYTES) {
      throw new CommandError(
        `Cannot read the answer of ${url}: it has more than 256 MiB; ask for less with limit= or lookback=`,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parseAnswer({ url, body }: JaegerAnswer): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = parseJsonBody(body);
  } catch {
    throw notJaeger(url, "its answer is no JSON");
  }
  if (isJsonRecord(answer) && "data" in answer) return answer;
  throw notJaeger(url, 'its answer has no "data"');
}

/** Jaeger explains itself; whatever else stands there does not. */
function refusal(url: string, status: number, body: Uint8Array): CommandError {
  try {
    const { errors } = parseAnswer({ url, body });
    const message = Array.isArray(errors) ? errors[0]?.msg : undefined;
    if (typeof message === "string") {
      return new CommandError(`Cannot read ${url}: it answered ${status}, ${message}`);
    }
  } catch {
    // Not Jaeger's form.
  }
  if (status === 401 || status === 403) {
    return new CommandError(
      `Cannot read ${url}: it answered ${status}; say who asks, as in jaeger+http://USER:PASSWORD@HOST`,
    );
  }
  return notJaeger(url, `it answered ${status}`);
}

function notJaeger(url: string, reason: string): CommandError {
  return new CommandError(
    `Cannot read ${url} as Jaeger's query API: ${reason}; name the service that has Jaeger's page, such as ` +
      "jaeger+http://localhost:16686, or jaeger+http://localhost:10428/select/jaeger of VictoriaTraces",
  );
}

function reasonOf(error: Error): string {
  // The outer errors only say that a request failed.
  let innermost = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost.message.replace(/^error sending request for url \([^)]*\): /, "");
}
