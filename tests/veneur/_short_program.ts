/** Records spans and ends in the way its arguments say. Run by program_end_test.ts. */
import process from "node:process";
import { flush, newClient, startTrace } from "../../src/veneur/mod.ts";

const [address, count, way, length] = process.argv.slice(2);
const client = newClient(address, {
  connectTimeoutMs: way === "flush" ? 50 : undefined,
  buffered: way === "buffered",
});
for (let index = 0; index < Number(count); index++) {
  const trace = startTrace("short program");
  trace.tags.long = "x".repeat(Number(length ?? 0));
  trace.clientRecord(client, `span ${index}`);
}
if (way === "flush") console.log((await flush(client)).status);
if (way === "exit") process.exit(3);
if (way === "throw") throw new Error("nobody catches this");
