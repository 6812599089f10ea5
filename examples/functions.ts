/**
 * Traces functions, and what they do, with a few lines.
 *
 * ```sh
 * trace run -- deno run -A examples/functions.ts
 * ```
 */
import { traceFunction, tracer } from "../mod.ts";

const readConfig = traceFunction(async function readConfig(name: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (name === "missing") throw new Error(`No configuration "${name}"`);
  return `contents of ${name}`;
});

await tracer.trace("start up", { attributes: { version: 3 } }, async (span) => {
  const configs = await Promise.all([readConfig("web"), readConfig("mail")]);
  span.setAttribute("configs", configs.length);
  await readConfig("missing").catch(() => "default");
});
