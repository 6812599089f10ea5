import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { type AttributeValue, createAttributes } from "../model/attributes.ts";
import { changeSpan } from "../model/change_span.ts";
import type { Span, SpanLink } from "../model/span.ts";

/** How a command ended. */
export interface CommandEnd {
  /** Its process; `undefined` when it could not be started. */
  readonly pid?: number;
  /** 128 + n when a signal ended it. */
  readonly exitCode: number;
  readonly signal?: string;
  /** Why it could not be started. */
  readonly error?: string;
}

/**
 * Begins the span of a command: the root of a trace of its own, so that it shows how long the command ran and
 * how it ended.
 */
export function startCommandSpan(command: readonly string[]): Span {
  const [program, ...args] = command;
  return {
    traceId: randomHex(16),
    spanId: randomHex(8),
    name: shorten([basename(program), ...args].join(" ")),
    kind: "internal",
    startTimeUnixNano: nowUnixNano(),
    state: "running",
    attributes: createAttributes([["process.command_line", command.join(" ")]]),
  };
}

/** The span of a command that has just ended. */
export function endCommandSpan(span: Span, end: CommandEnd): Span {
  const { pid, exitCode, signal } = end;
  const error = end.error ?? (exitCode === 0 ? undefined : signal ?? `exit code ${exitCode}`);
  const known: [string, AttributeValue | undefined][] = [
    ["process.pid", pid === undefined ? undefined : BigInt(pid)],
    ["process.exit.code", BigInt(exitCode)],
    ["process.exit.signal", signal],
  ];
  return changeSpan(span, {
    endTimeUnixNano: nowUnixNano(),
    state: "ended",
    attributes: createAttributes([
      ...Object.entries(span.attributes),
      ...known.filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined),
    ]),
    status: error === undefined ? undefined : { code: "error", message: error },
  });
}

/**
 * Links the span of a command to the traces that its programs began.
 *
 * @param traceCount How many there were, of which only the first are linked to.
 */
export function linkCommandSpan(span: Span, links: readonly SpanLink[], traceCount: number): Span {
  return changeSpan(span, { links, droppedLinksCount: Math.max(0, traceCount - links.length) });
}

function randomHex(byteCount: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(byteCount))).toString("hex");
}

function nowUnixNano(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

function shorten(text: string): string {
  return text.length > MAX_NAME_LENGTH ? text.slice(0, MAX_NAME_LENGTH) + "…" : text;
}

const MAX_NAME_LENGTH = 200;
