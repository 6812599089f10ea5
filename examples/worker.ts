/**
 * A worker that takes jobs from a queue. Each job continues the trace of the request that enqueued it,
 * though that may have ended long ago in another program: the job carries the trace's context. Runs on
 * Deno, Node (22.18 or later, which reads TypeScript) and Bun.
 *
 * ```sh
 * trace run -- deno run -A examples/worker.ts
 * ```
 */
import { w3c } from "../src/sdk/propagation/mod.ts";
import { tracer } from "../mod.ts";

interface Job {
  readonly order: number;
  /** What the worker needs to continue the trace. */
  readonly headers: Record<string, string>;
}

const queue: Job[] = [];

function placeOrder(order: number): void {
  tracer.trace("place order", { kind: "producer", attributes: { order } }, (span) => {
    const headers: Record<string, string> = {};
    w3c.inject(span, headers);
    queue.push({ order, headers });
  });
}

async function work(): Promise<void> {
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    const { order, headers } = job;
    const options = {
      kind: "consumer",
      parent: w3c.extract(headers),
      attributes: { order },
    } as const;
    await tracer.trace("process order", options, async () => {
      await tracer.trace("charge card", async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (order === 2) throw new Error("card declined");
      });
    }).catch((error: Error) => console.log(`order ${order}: ${error.message}`));
  }
}

for (const order of [1, 2, 3]) placeOrder(order);
await Promise.all([work(), work()]);
