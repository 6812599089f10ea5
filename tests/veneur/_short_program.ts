/** Records spans and ends in the way its arguments say. Run by program_end_test.ts. */
import process from "node:process";
import { flush, newClient, type SendOutcome, startTrace } from "../../src/veneur/mod.ts";

const [address, count, way, length] = process.argv.slice(2);
const client = newClient(address, {
  connectTimeoutMs: way === "flush" ? 50 : undefined,
  buffered: way === "buffered" || way === "exit-buffered",
});

function recordSpan(name: string): Promise<SendOutcome> {
  const trace = startTrace("short program");
  trace.tags.long = "x".repeat(Number(length ?? 0));
  return new Promise((resolve) => {
    trace.onSent = resolve;
    trace.clientRecord(client, name);
  });
}

/** Prints the counters when the program exits, after the client has done what it can. */
function printCountersAtExit(): void {
  function print(): void {
    console.log(JSON.stringify(client.counters));
  }
  if ("Deno" in globalThis) globalThis.addEventListener("unload", print);
  else process.on("exit", print);
}

if (way === "exit-late") await recordSpan("first");
for (let index = 0; index < Number(count); index++) recordSpan(`span ${index}`);
if (way === "flush") console.log((await flush(client)).status);
if (way.startsWith("exit")) {
  printCountersAtExit();
  process.exit(3);
}
if (way === "throw") throw new Error("nobody catches this");
