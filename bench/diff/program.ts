/**
 * A small web shop that is called for a few seconds by a customer in the same process: what
 * `bench/diff.ts` records again and again. Its arguments change it: `slow` makes one endpoint 30 %
 * slower, `loop` adds a loop of queries to another.
 */
import { DatabaseSync } from "node:sqlite";
import { traceDatabase, traceFetch, traceFunction, traceHandler, tracer } from "../../mod.ts";

const isSlow = Deno.args.includes("slow");
const hasLoop = Deno.args.includes("loop");
const roundCount = 60;

const database = traceDatabase(new DatabaseSync(":memory:"));
tracer.trace("Shop.Open", () => {
  database.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  database.exec("CREATE TABLE items (id INTEGER PRIMARY KEY, owner INTEGER, cents INTEGER)");
  const addUser = database.prepare("INSERT INTO users (name) VALUES (?)");
  const addItem = database.prepare("INSERT INTO items (owner, cents) VALUES (?, ?)");
  for (let id = 1; id <= 20; id++) {
    addUser.run(`user ${id}`);
    for (let item = 0; item < 5; item++) addItem.run(id, id * 100 + item);
  }
});

const selectUser = database.prepare("SELECT name FROM users WHERE id = ?");
const selectItems = database.prepare("SELECT id, cents FROM items WHERE owner = ?");
const selectItem = database.prepare("SELECT cents FROM items WHERE id = ?");
const sumItems = database.prepare("SELECT sum(cents) AS cents FROM items WHERE cents > ?");

const findUser = traceFunction((id: number) => selectUser.get(id), { name: "Users.Find" });
const loadItems = traceFunction((id: number) => {
  const items = selectItems.all(id) as { id: number; cents: number }[];
  if (hasLoop) { for (const item of items) selectItem.get(item.id); }
  return items;
}, { name: "Items.Load" });
const renderReport = traceFunction(() => {
  const rows = sumItems.all(500);
  compute(isSlow ? 130_000 : 100_000);
  return rows;
}, { name: "Report.Render" });
const charge = traceFunction(() => wait(5), { name: "Payment.Charge" });

const server = Deno.serve(
  {
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response("Something went wrong", { status: 500 }),
  },
  traceHandler(async (request: Request): Promise<Response> => {
    const [, resource, id] = new URL(request.url).pathname.split("/");
    switch (resource) {
      case "users":
        return Response.json(findUser(Number(id)));
      case "items":
        return Response.json(loadItems(Number(id)));
      case "report":
        return Response.json(renderReport());
      case "hash":
        compute(30_000);
        return new Response("done");
      case "pay":
        findUser(1);
        await charge();
        if (Number(id) % 10 === 0) throw new Error("Card declined");
        return new Response("paid");
      default:
        await Promise.all([wait(2), wait(4)]);
        return Response.json({ user: findUser(2), items: loadItems(2) });
    }
  }),
);

const fetch = traceFetch();
for (let round = 1; round <= roundCount; round++) {
  for (const resource of ["users", "items", "report", "hash", "pay", "home"]) {
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/${resource}/${round % 20}`);
    await response.body?.cancel();
  }
}
await server.shutdown();
database.close();

/** Keeps the processor busy. */
function compute(rounds: number): number {
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum += Math.sqrt(round) * Math.sin(round);
  return sum;
}

/** Stands for work that takes a while somewhere else. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
