import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { formatTimestamp } from "../model/time.ts";
import { EventType } from "../wire/gotrace/event.ts";
import type { Session } from "./session.ts";

/** The span of a command that runs within a session. */
export interface CommandSpan {
  /** W3C's `traceparent` for the command's environment. */
  readonly traceparent: string;
  /** Ends the span with what is known of how the command ended. */
  end(attributes: Readonly<Record<string, string>>): void;
}

/**
 * Starts the span of a command: the root of a trace of its own, so that it shows how long the command ran,
 * how it ended, and that it still runs. Programs that take a parent from `TRACEPARENT` in their environment
 * put their spans below it.
 */
export function startCommandSpan(session: Session, command: readonly string[]): CommandSpan {
  const trace_id = randomHex(16);
  const span_id = randomHex(8);
  const [program, ...args] = command;
  session.record({
    type: EventType.spanStart,
    span_id,
    trace_id,
    name: shorten([basename(program), ...args].join(" ")),
    kind: 0,
    time: now(),
    attrs: { "process.command_line": command.join(" ") },
  });
  return {
    traceparent: `00-${trace_id}-${span_id}-01`,
    end(attrs): void {
      session.record({
        type: EventType.spanEnd,
        span_id,
        trace_id,
        name: "",
        kind: 0,
        time: now(),
        attrs,
      });
    },
  };
}

function randomHex(byteCount: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(byteCount))).toString("hex");
}

function now(): string {
  return formatTimestamp(
    BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n,
  );
}

function shorten(text: string): string {
  return text.length > MAX_NAME_LENGTH ? text.slice(0, MAX_NAME_LENGTH) + "…" : text;
}

const MAX_NAME_LENGTH = 200;
