/**
 * Traces a Node program without a change to its code: requests that it serves and makes (`node:http`,
 * `node:https`, `fetch`) and statements it sends to databases (`node:sqlite`, `better-sqlite3`, `pg`, `mysql2`).
 *
 *     node --import @trace/sdk/register app.js
 *
 * `trace run -- node app.js` does this by itself. Spans go where the environment says, as with the tracer
 * of `@trace/sdk`; without a collector the program runs as if this were not there.
 *
 * @module
 */
import process from "node:process";
import { traceNodeHttp } from "./trace_node_http.ts";
import { traceGlobalFetch } from "./trace_global_fetch.ts";
import { traceLoadedDatabases } from "./trace_loaded_databases.ts";

// What installs packages and starts other programs is not what the user wants to see.
if (
  !/[\\/](?:npm|npx|pnpm|pnpx|yarn|corepack)(?:-cli)?(?:\.[cm]?js)?$/.test(process.argv[1] ?? "")
) {
  traceNodeHttp();
  traceGlobalFetch();
  traceLoadedDatabases();
}
