import type { Attributes, AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import type { SpanKind } from "../model/span_kind.ts";
import { normalizeCacheCommand } from "./_cache_command.ts";
import { normalizePath } from "./normalize_path.ts";
import { normalizeSql } from "./normalize_sql.ts";
import { spanService } from "../model/span_service.ts";
import { type SqlDialect, sqlDialectOf } from "./sql_dialect.ts";

/**
 * What kind of work a span is:
 *
 * - `endpoint`: a request that a program serves;
 * - `sql`: a statement that it sends to a database, `database`: the same of one without SQL;
 * - `http`, `rpc`: a request that it makes;
 * - `cache`: a command that it sends to Redis and the like;
 * - `messaging`: a message that it sends or takes;
 * - `function`: everything else.
 */
export const OPERATION_CATEGORIES = [
  "endpoint",
  "sql",
  "database",
  "http",
  "rpc",
  "cache",
  "messaging",
  "function",
] as const;

/** See {@linkcode OPERATION_CATEGORIES}. */
export type OperationCategory = typeof OPERATION_CATEGORIES[number];

/** What a span does, without what differs from one time to the next. */
export interface Operation {
  readonly category: OperationCategory;
  /** The program that does it; empty when it is not known. */
  readonly service: string;
  /**
   * A name that is the same for all spans that do the same: of SQL the statement with `?` for values,
   * of requests the method and the route, or the path with `{id}` for ids. At most
   * {@linkcode MAX_OPERATION_NAME} characters and an ellipsis.
   */
  readonly name: string;
}

/** Longer names are cut, with `…` at the end; what differs only beyond that counts as the same. */
export const MAX_OPERATION_NAME = 4096;

/** Told of each value that {@linkcode operationOf} leaves out of a name: literals, ids, keys. */
export type ValueListener = (value: string) => void;

/**
 * Tells what a span does, by the conventions of go-trace and by OpenTelemetry's, the old ones and the
 * new ones.
 *
 * @param onValue Told of each value that is not part of the name.
 * @example
 * ```ts
 * import { createAttributes } from "../model/attributes.ts";
 * import { operationOf } from "./operation.ts";
 *
 * const { category, name } = operationOf({
 *   traceId: "t",
 *   spanId: "a",
 *   name: "SQL Query",
 *   kind: "sql",
 *   startTimeUnixNano: 1n,
 *   endTimeUnixNano: 2n,
 *   state: "ended",
 *   attributes: createAttributes([["query", "SELECT * FROM users WHERE id = 7"]]),
 * });
 * if (category !== "sql" || name !== "SELECT * FROM users WHERE id = ?") throw new Error(name);
 * ```
 */
export function operationOf(span: Span, onValue?: ValueListener): Operation {
  const source = describeSource(span);
  return {
    category: source.category,
    service: spanService(span) ?? "",
    name: operationName(source, onValue),
  };
}

/** A span's category, and the text that its operation's name is made of. */
export interface OperationSource {
  readonly category: OperationCategory;
  /** How to make the name: `plain` takes the text as it is. */
  readonly form: "plain" | "path" | "sql" | "cache";
  /** Stands before the name: a method, a host. */
  readonly prefix: string;
  readonly text: string;
  readonly dialect: SqlDialect;
}

/** Finds out what {@linkcode operationName} is made of. The costly part comes after it, and can be kept. */
export function describeSource(span: Span): OperationSource {
  const { kind, attributes } = span;
  const role = roleOf(kind, attributes);
  if (role === "sql") {
    const text = textOf(attributes, STATEMENT_KEYS) ?? span.name;
    return source("sql", "sql", text, "", sqlDialectOf(databaseSystem(attributes)));
  }
  if (role === "server") return endpointSource(span);
  if (role === "producer" || role === "consumer") return messagingSource(span);
  if (role === "function") {
    // What go-trace writes has a kind of its own for all else.
    return source("function", "plain", span.name);
  }
  return databaseSource(span) ?? requestSource(span, role) ??
    ("messaging.system" in attributes ? messagingSource(span) : undefined) ??
    source("function", "plain", span.name);
}

/** Makes the name of an operation. */
export function operationName(of: OperationSource, onValue?: ValueListener): string {
  return of.prefix + cutName(shapeText(of, onValue));
}

type Role = "server" | "client" | "producer" | "consumer" | "internal" | "sql" | "function";

/** OpenTelemetry's kind, or what stands for it where go-trace's protocol carried the span. */
function roleOf(kind: SpanKind, attributes: Attributes): Role {
  if (kind === "sql") return "sql";
  if (kind === "http" || kind === "function") {
    const foreign = attributes["otel.kind"];
    if (typeof foreign === "string" && FOREIGN_ROLES.has(foreign)) return foreign as Role;
    if (kind === "function") return "function";
    // A wrapped `fetch` tells where it went; a handler does not.
    return isUrl(attributes.url) ? "client" : "server";
  }
  return typeof kind === "number" ? "internal" : kind;
}

const FOREIGN_ROLES: ReadonlySet<string> = new Set<Role>([
  "server",
  "client",
  "producer",
  "consumer",
  "internal",
]);

function endpointSource({ name, attributes }: Span): OperationSource {
  const method = methodOf(attributes);
  const route = textOf(attributes, ROUTE_KEYS);
  if (route !== undefined) {
    return source("endpoint", "plain", method === undefined ? route : `${method} ${route}`);
  }
  const [, verb = "", path] = METHOD_AND_PATH.exec(name) ?? [];
  if (path !== undefined) return source("endpoint", "path", path, verb);
  if (method !== undefined && BARE_METHOD.test(name)) {
    const target = textOf(attributes, PATH_KEYS);
    if (target !== undefined) return source("endpoint", "path", pathOf(target), `${method} `);
  }
  return source("endpoint", "plain", rpcName(attributes) ?? name);
}

function databaseSource({ name, attributes }: Span): OperationSource | undefined {
  const system = databaseSystem(attributes);
  const text = textOf(attributes, DATABASE_STATEMENT_KEYS);
  if (system === undefined && text === undefined) return undefined;
  if (system !== undefined && CACHES.has(system)) {
    const command = text ?? textOf(attributes, DATABASE_VERB_KEYS) ?? name;
    return source("cache", "cache", command);
  }
  if (system !== undefined && DATABASES_WITHOUT_SQL.has(system)) {
    const verb = textOf(attributes, DATABASE_VERB_KEYS);
    const collection = textOf(attributes, COLLECTION_KEYS);
    const summary = textOf(attributes, SUMMARY_KEYS) ??
      (verb === undefined ? name : collection === undefined ? verb : `${verb} ${collection}`);
    return source("database", "plain", summary);
  }
  // Without a statement it is a connection, a transaction, a pool.
  return source(
    "sql",
    text === undefined ? "plain" : "sql",
    text ?? name,
    "",
    sqlDialectOf(system),
  );
}

function requestSource(span: Span, role: Role): OperationSource | undefined {
  const { name, attributes } = span;
  const rpc = rpcName(attributes);
  if (rpc !== undefined) return source("rpc", "plain", rpc);
  if (role !== "client") return undefined;
  const method = methodOf(attributes);
  const url = textOf(attributes, URL_KEYS);
  if (method === undefined && url === undefined) return undefined;
  const [, host, path] = URL_PARTS.exec(url ?? "") ?? [];
  const target = host ?? textOf(attributes, HOST_KEYS);
  const prefix = `${method ?? "GET"} ${target?.replace(EPHEMERAL_PORT, ":{port}") ?? ""}`;
  const template = textOf(attributes, TEMPLATE_KEYS);
  if (template !== undefined) return source("http", "plain", template, prefix);
  const where = path ?? textOf(attributes, PATH_KEYS);
  if (where !== undefined) return source("http", "path", pathOf(where), prefix);
  return source(
    "http",
    "plain",
    target === undefined ? name : "",
    target === undefined ? "" : prefix,
  );
}

function messagingSource({ name, attributes }: Span): OperationSource {
  const verb = textOf(attributes, MESSAGING_VERB_KEYS);
  const destination = textOf(attributes, DESTINATION_KEYS);
  const known = verb !== undefined && destination !== undefined;
  return source("messaging", "plain", known ? `${verb} ${destination}` : name);
}

function rpcName(attributes: Attributes): string | undefined {
  const method = textOf(attributes, RPC_METHOD_KEYS);
  if (method === undefined) return undefined;
  const service = textOf(attributes, RPC_SERVICE_KEYS);
  // The new convention has the whole name in one.
  return service === undefined || method.includes("/") ? method : `${service}/${method}`;
}

function source(
  category: OperationCategory,
  form: OperationSource["form"],
  text: string,
  prefix = "",
  dialect: SqlDialect = "generic",
): OperationSource {
  return { category, form, prefix, text, dialect };
}

function shapeText(of: OperationSource, onValue: ValueListener | undefined): string {
  switch (of.form) {
    case "sql":
      return normalizeSql(of.text, {
        dialect: of.dialect,
        maxLength: MAX_OPERATION_NAME,
        onLiteral: onValue,
      });
    case "path":
      return normalizePath(of.text, onValue);
    case "cache":
      return normalizeCacheCommand(of.text, onValue);
    default:
      return of.text;
  }
}

/** Cuts a name at {@linkcode MAX_OPERATION_NAME}. */
export function cutName(name: string): string {
  // SQL has its ellipsis already.
  return name.length > MAX_OPERATION_NAME + 1 ? name.slice(0, MAX_OPERATION_NAME) + "…" : name;
}

function databaseSystem(attributes: Attributes): string | undefined {
  return textOf(attributes, SYSTEM_KEYS);
}

function methodOf(attributes: Attributes): string | undefined {
  return textOf(attributes, METHOD_KEYS);
}

/** The first of these attributes that is text and not empty. */
function textOf(attributes: Attributes, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = attributes[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function isUrl(value: AttributeValue | undefined): boolean {
  return typeof value === "string" && value.includes("://");
}

/** The path of what may be a whole URL. */
function pathOf(target: string): string {
  return URL_PARTS.exec(target)?.[2] ?? target;
}

// The names of OpenTelemetry's attributes, new before old, then go-trace's.
const SYSTEM_KEYS = ["db.system.name", "db.system"];
const DATABASE_STATEMENT_KEYS = ["db.query.text", "db.statement"];
const STATEMENT_KEYS = ["query", ...DATABASE_STATEMENT_KEYS];
const DATABASE_VERB_KEYS = ["db.operation.name", "db.operation"];
const COLLECTION_KEYS = ["db.collection.name", "db.mongodb.collection", "db.cassandra.table"];
const SUMMARY_KEYS = ["db.query.summary"];
const METHOD_KEYS = ["http.request.method", "http.method", "method"];
const ROUTE_KEYS = ["http.route"];
const URL_KEYS = ["url.full", "http.url", "url"];
const TEMPLATE_KEYS = ["url.template"];
const PATH_KEYS = ["url.path", "http.target", "path"];
const HOST_KEYS = ["server.address", "net.peer.name", "http.host", "host"];
const RPC_METHOD_KEYS = ["rpc.method"];
const RPC_SERVICE_KEYS = ["rpc.service"];
const MESSAGING_VERB_KEYS = [
  "messaging.operation.name",
  "messaging.operation.type",
  "messaging.operation",
];
const DESTINATION_KEYS = [
  "messaging.destination.template",
  "messaging.destination.name",
  "messaging.destination",
];

const METHOD_AND_PATH = /^([A-Z]+ )?(\/.*)$/s;
const BARE_METHOD = /^(?:HTTP )?[A-Z]+$/;
const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)(.*)$/is;

/** A port that a system gives to whoever asks for any: another one in each run. */
const EPHEMERAL_PORT = /:(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[4-6]\d{4})$/;

const CACHES: ReadonlySet<string> = new Set([
  "redis",
  "valkey",
  "keydb",
  "dragonfly",
  "memcached",
  "aws.elasticache",
  "hazelcast",
  "infinispan",
]);

const DATABASES_WITHOUT_SQL: ReadonlySet<string> = new Set([
  "mongodb",
  "cosmosdb",
  "azure.cosmosdb",
  "dynamodb",
  "aws.dynamodb",
  "elasticsearch",
  "opensearch",
  "couchdb",
  "couchbase",
  "neo4j",
  "hbase",
  "geode",
  "firestore",
  "gcp.firestore",
  "influxdb",
]);
