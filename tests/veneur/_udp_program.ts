/**
 * Records spans, one after another, for a UDP port where nobody listens, until one fails; and one more.
 * Prints what became of them. Run by network_client_test.ts.
 */
import process from "node:process";
import { newClient, type SendOutcome, startTrace } from "../../src/veneur/mod.ts";

const client = newClient(process.argv[2], { parallelBackends: 1 });

function recorded(): Promise<SendOutcome> {
  return new Promise((resolve) => {
    const trace = startTrace("short program");
    trace.onSent = resolve;
    trace.clientRecord(client, "span");
  });
}

const outcomes: SendOutcome[] = [];
while (outcomes.at(-1)?.status !== "failed") outcomes.push(await recorded());
outcomes.push(await recorded());
await client.close();
console.log(JSON.stringify({
  outcomes: outcomes.slice(-2).map((outcome) =>
    outcome.status === "failed" ? (outcome.error as { reason?: string }).reason : outcome.status
  ),
  counters: client.counters,
}));
