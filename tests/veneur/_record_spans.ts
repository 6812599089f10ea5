import { assertEquals } from "@std/assert";
import {
  type Client,
  type FlushError,
  type FlushResult,
  record,
  type SendOutcome,
} from "../../src/veneur/mod.ts";
import { createSsfSpan, type SsfSpan } from "../../src/veneur/ssf/mod.ts";

/** A span that veneur takes for one of a trace. */
export function makeSpan(id: number, fields: Partial<SsfSpan> = {}): SsfSpan {
  return createSsfSpan({
    traceId: BigInt(id),
    id: BigInt(id),
    startTimestamp: 1_700_000_000_000_000_001n,
    endTimestamp: 1_700_000_000_000_000_002n,
    name: `span ${id}`,
    ...fields,
  });
}

/** Records a span that must be accepted, and waits for what became of it. */
export function recorded(client: Client, span: SsfSpan): Promise<SendOutcome> {
  return new Promise((resolve) => {
    assertEquals(record(client, span, resolve).status, "accepted");
  });
}

/** The status of an outcome, with the reason where it says why. */
export function summary(outcome: SendOutcome): string {
  if (outcome.status !== "failed") return outcome.status;
  const { reason } = outcome.error as { reason?: string };
  return `failed: ${reason ?? outcome.error.message}`;
}

/** Fails unless every span that was recorded is accounted for. */
export function assertBalanced(client: Client): void {
  const { recorded, sent, queued, dropped } = client.counters;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  assertEquals(recorded, sent + queued + lost, JSON.stringify(client.counters));
}

/** The error of a result, which must have that status. */
export function errorOf(result: { status: string; error?: Error }, status: string): Error {
  assertEquals(result.status, status);
  return result.error as Error;
}

/** The errors of a failed flush. */
export function flushErrors(result: FlushResult): readonly Error[] {
  return (errorOf(result, "failed") as FlushError).errors;
}
