/**
 * A small shop and a customer of it, in one process: a web server with SQLite in memory, and a client that
 * calls it for about four seconds. One page is slow, one fails, and one shows an N+1 query.
 *
 * ```sh
 * trace run -- deno run -A examples/demo/app.ts
 * ```
 */
import { traceFetch } from "../../mod.ts";
import { openShopDatabase } from "./shop_database.ts";
import { createShopHandler } from "./shop_handler.ts";
import { createShop } from "./shop.ts";

const database = openShopDatabase();
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: () => {},
  onError: () => new Response("Something went wrong", { status: 500 }),
}, createShopHandler(createShop(database)));

// The customer's calls are traced, too: each is one tree from the call to the queries behind it.
const fetch = traceFetch();
const base = `http://127.0.0.1:${server.addr.port}`;
const report = get("/report");
for (const round of [1, 2, 3]) {
  await get("/users/1");
  await get("/orders/1");
  await post("/orders", { userId: 2, productId: round });
  await pause(500);
}
await Promise.all([
  get("/users/7"),
  get("/checkout/1"),
  get("/checkout/2"),
  report,
  get("/report"),
]);
await pause(300);

await server.shutdown();
database.close();

async function get(path: string): Promise<void> {
  const response = await fetch(base + path);
  await response.body?.cancel();
}

async function post(path: string, body: unknown): Promise<void> {
  const response = await fetch(base + path, { method: "POST", body: JSON.stringify(body) });
  await response.body?.cancel();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
