/** Records many spans at once and ends in the way its argument says. Run by program_end_test.ts. */
import process from "node:process";
import { tracer } from "../../src/sdk/mod.ts";

const [way, count] = process.argv.slice(2);
// A connection that is already there is all that an explicit exit can use on Deno.
if (way === "exit-connected") {
  tracer.startSpan("first").end();
  await tracer.forceFlush();
}
for (let index = 0; index < Number(count); index++) {
  tracer.trace("span", { attributes: { index } }, () => {});
}
if (way.startsWith("exit")) process.exit(3);
if (way === "throw") throw new Error("nobody catches this");
