import { parseTraceState } from "../propagation/trace_state.ts";
import type { TraceState } from "./api.ts";

/** OpenTelemetry's view of a `tracestate`. */
export class TraceStateList implements TraceState {
  readonly #members: readonly string[];

  /** @param text As the header carries it. */
  constructor(text: string) {
    this.#members = text === "" ? [] : text.split(",");
  }

  set(key: string, value: string): TraceState {
    const rest = this.#members.filter((member) => !member.startsWith(key + "="));
    const changed = parseTraceState([`${key}=${value}`, ...rest].join(","));
    // What the header could not carry changes nothing.
    return changed === undefined ? this : new TraceStateList(changed);
  }

  unset(key: string): TraceState {
    return new TraceStateList(
      this.#members.filter((member) => !member.startsWith(key + "=")).join(","),
    );
  }

  get(key: string): string | undefined {
    return this.#members.find((member) => member.startsWith(key + "="))?.slice(key.length + 1);
  }

  serialize(): string {
    return this.#members.join(",");
  }
}
