// Uses the installed package as a program would: a traced server and client, and go-trace's package.
// Prints one JSON line of what it saw.
import { randomUUID } from "node:crypto";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTracer, traceFetch, traceNodeHandler } from "@trace/sdk";
import { Collector, Span, SpanKind, ViewClient, ViewServer } from "@trace/sdk/gotrace";

const socketPath = join(tmpdir(), `${randomUUID().slice(0, 8)}.sock`);
const collector = new Collector(socketPath);
await collector.listen();
const served = collector.serve();

const tracer = createTracer({ socketPath });
const handler = traceNodeHandler((_request, response) => {
  tracer.trace("work", (span) => {
    span.setAttribute("answer", 42);
    response.end("hello");
  });
}, { tracer });
const server = http.createServer(handler);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/greet`;
const text = await (await traceFetch(fetch, { tracer })(url)).text();
server.closeAllConnections();
await new Promise((resolve) => server.close(resolve));
await tracer.shutdown();
await collector.close();
await served;

const viewPath = join(tmpdir(), `${randomUUID().slice(0, 8)}.sock`);
const viewServer = new ViewServer(viewPath);
await viewServer.listen();
const viewing = viewServer.serve();
const broadcast = [];
const running = new ViewClient(viewPath).run((_traceId, span) => broadcast.push(span.name));
while (viewServer.connCount === 0) await new Promise((resolve) => setTimeout(resolve, 1));
viewServer.broadcast(
  new Span({
    id: "a",
    traceId: "t",
    name: "broadcast",
    kind: SpanKind.http,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
  }),
);
await viewServer.close();
await viewing;
await running;

/** The names on the way from the root to each leaf: the client's call, the server's span, its work. */
// deno-lint-ignore explicit-function-return-type -- this is JavaScript
function paths(span, before = "") {
  const path = `${before}${span.name}`;
  if (span.children.length === 0) return [`${path} ${span.attrs.answer}`];
  return span.children.flatMap((child) => paths(child, `${path} > `));
}
const names = [...collector.traces().values()].flat().flatMap((root) => paths(root));
console.log(JSON.stringify({ text, names, broadcast, ...tracer.counters }));
