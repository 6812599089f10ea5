/**
 * A web service on node:http and a client that calls it, both traced; runs on Deno, Node (22.18 or later,
 * which reads TypeScript) and Bun.
 *
 * ```sh
 * trace run -- node examples/web_service.ts
 * ```
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { traceFetch, traceNodeHandler, tracer } from "../mod.ts";

const server = createServer(traceNodeHandler(async (request, response) => {
  const greeting = await tracer.trace("find greeting", async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return "hello";
  });
  response.writeHead(request.url === "/hello" ? 200 : 404).end(greeting);
}));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

const fetch = traceFetch();
// Connections that are kept alive would keep the program alive, too.
const headers = { connection: "close" };
const { port } = server.address() as AddressInfo;
for (const path of ["hello", "nothing"]) {
  const response = await fetch(`http://127.0.0.1:${port}/${path}`, { headers });
  console.log(response.status, await response.text());
}
server.close();
