import { formatDuration } from "../model/duration.ts";
import { parseTimestamp } from "../model/time.ts";
import { CommandError } from "./command_error.ts";

/** What to ask of a Jaeger query service. */
export interface JaegerQuery {
  /** Up to `/api`, which it does not contain, and without a password. */
  readonly base: string;
  /** The header that says who asks, when the URL has a user. */
  readonly authorization?: string;
  /** None stands for all there are. */
  readonly services: readonly string[];
  /** When there are any, nothing else is asked for. */
  readonly traceIds: readonly string[];
  /** Most traces of each service. */
  readonly limit: number;
  /** Microseconds since the Unix epoch. */
  readonly startMicros: bigint;
  readonly endMicros: bigint;
  /** Parameters that are Jaeger's own business. */
  readonly others: readonly (readonly [string, string])[];
}

/**
 * Reads the URL of a Jaeger query service.
 *
 * | parameter | meaning |
 * | --- | --- |
 * | `service` | only traces with a span of it; repeatable; without it, all services |
 * | `traceID` | only this trace; repeatable |
 * | `limit` | most traces of each service, 1000 unless given |
 * | `lookback` | how long ago they may have begun: `30m`, `1h`, `2d`; 2 days unless given |
 * | `start`, `end` | instead: microseconds since the Unix epoch, as Jaeger has them, or RFC 3339 |
 * | `tags` | JSON, as Jaeger has them, or `key=value` with spaces between |
 * | `operation`, `minDuration`, `maxDuration` | as Jaeger has them |
 *
 * The path is what the service was told to put in front of `/api`: `/select/jaeger` for
 * VictoriaTraces. A user and a password are sent as basic authentication.
 *
 * @param url Begins with `jaeger+http://` or `jaeger+https://`.
 * @param nowMs What `lookback` counts from.
 * @throws {CommandError} When it is no such URL, or a parameter is unknown or wrong.
 */
export function parseJaegerUrl(url: string, nowMs: number = Date.now()): JaegerQuery {
  const parsed = URL.parse(url.replace(/^jaeger\+/, ""));
  if (parsed === null || parsed.hostname === "") {
    throw usage(url, "it is no URL; write it as jaeger+http://localhost:16686?service=shop");
  }
  const parameters = parsed.searchParams;
  const unknown = [...parameters.keys()].find((key) => !PARAMETERS.has(key));
  if (unknown !== undefined) {
    throw usage(
      url,
      `there is no parameter "${unknown}"; use ${[...PARAMETERS].join(", ")}`,
    );
  }
  const lookback = parameters.get("lookback");
  const start = parameters.get("start");
  const end = parameters.get("end");
  const endMicros = end === null ? BigInt(nowMs) * 1000n : parseMoment(url, "end", end);
  const startMicros = start === null
    ? endMicros - parseLookback(url, lookback ?? DEFAULT_LOOKBACK)
    : parseMoment(url, "start", start);
  if (startMicros > endMicros) throw usage(url, "its start is after its end");
  const { username, password, host, protocol, pathname } = parsed;
  const authorization = username === ""
    ? undefined
    : `Basic ${btoaUtf8(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const base = `${protocol}//${host}${pathname.replace(/\/(api\/?)?$/, "")}`;
  return {
    base,
    ...(authorization !== undefined && { authorization }),
    services: parameters.getAll("service").filter((service) => service !== ""),
    traceIds: parameters.getAll("traceID").map((id) => parseTraceId(url, id)),
    limit: parseLimit(url, parameters.get("limit")),
    startMicros,
    endMicros,
    others: [...parameters].flatMap(([key, value]): [string, string][] =>
      PASSED_ON.has(key) ? [[key, value]] : key === "tags" ? [[key, formatTags(url, value)]] : []
    ),
  };
}

/** The time that is asked for, for people. */
export function describeJaegerRange({ startMicros, endMicros }: JaegerQuery): string {
  const length = formatDuration((endMicros - startMicros) * 1000n);
  return `that began in the ${length} before ${
    new Date(Number(endMicros / 1000n)).toISOString().replace(/\.\d+Z$/, "Z")
  }`;
}

const PASSED_ON: ReadonlySet<string> = new Set(["operation", "minDuration", "maxDuration"]);
const PARAMETERS: ReadonlySet<string> = new Set([
  "service",
  "traceID",
  "limit",
  "lookback",
  "start",
  "end",
  "tags",
  ...PASSED_ON,
]);
const DEFAULT_LIMIT = 1000;
const DEFAULT_LOOKBACK = "2d";
const UNIT_MICROS: Readonly<Record<string, bigint>> = {
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
  d: 86_400_000_000n,
  w: 604_800_000_000n,
};

function parseLookback(url: string, text: string): bigint {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  if (match !== null) return BigInt(match[1]) * UNIT_MICROS[match[2]];
  throw usage(url, `its lookback is "${text}"; use a duration such as 30m, 1h or 2d`);
}

function parseMoment(url: string, name: string, text: string): bigint {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  // A plus sign of an offset is a space in a query.
  const time = parseTimestamp(text.replace(" ", "+"));
  if (time !== undefined) return time.unixNano / 1000n;
  throw usage(
    url,
    `its ${name} is "${text}"; use microseconds since 1970 or a time such as 2026-03-11T19:00:00Z`,
  );
}

function parseLimit(url: string, text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usage(url, `its limit is "${text}"; use a whole number of at least 1`);
}

function parseTraceId(url: string, text: string): string {
  if (/^[0-9A-Fa-f]{1,32}$/.test(text)) return text.toLowerCase();
  throw usage(url, `its traceID is "${text}", not 1 to 32 hexadecimal digits`);
}

function formatTags(url: string, text: string): string {
  if (text.startsWith("{")) {
    try {
      JSON.parse(text);
      return text;
    } catch {
      throw usage(url, `its tags are "${text}", which is no JSON`);
    }
  }
  const pairs = [...text.matchAll(PAIR)];
  if (pairs.map(([pair]) => pair).join("").trim() !== text.trim() || pairs.length === 0) {
    throw usage(url, `its tags are "${text}"; use key=value, or JSON`);
  }
  return JSON.stringify(
    Object.fromEntries(pairs.map(([, key, quoted, plain]) => [key, quoted ?? plain])),
  );
}

const PAIR = /\s*([^\s=]+)=(?:"([^"]*)"|([^\s"]*))/g;

function btoaUtf8(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The password stays out of messages, which end up in logs. */
function usage(url: string, problem: string): CommandError {
  return new CommandError(`Cannot open "${url.replace(/:[^/@]*@/, ":…@")}": ${problem}`, 2);
}
