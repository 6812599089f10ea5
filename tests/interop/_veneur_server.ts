import { TextLineStream } from "@std/streams";
import { join } from "node:path";

/** What a line of veneur's log says, by its keys. */
export type LogLine = Readonly<Record<string, string>>;

/**
 * What veneur's debug sink tells of a span. `tags` have Go's form, `map[key:value other:value]`; `info` is
 * ` (IE)` for an indicator with an error; `validationError` is `<nil>` for a span of a trace.
 */
export const REPORTED_FIELDS = [
  "id",
  "traceId",
  "parentId",
  "name",
  "service",
  "start",
  "tags",
  "info",
  "numMetrics",
  "validationError",
] as const;

/** A span as veneur reports it. */
export type ReportedSpan = Readonly<Record<(typeof REPORTED_FIELDS)[number], string>>;

/** A veneur in a process of its own, whose debug sinks tell what it receives. */
export class VeneurServer implements AsyncDisposable {
  /** The spans that it has received of the services that do not belong to itself. */
  readonly spans: ReportedSpan[] = [];
  /** The sums of the counters that it has flushed: `name([tag:value])` with the value. */
  readonly counters = new Map<string, number>();
  /** Addresses by `protocol network`, such as `ssf udp`. */
  readonly addresses = new Map<string, string>();
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #wake: (() => void) | undefined;
  #hasEnded = false;
  #lastLine = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
  }

  /**
   * Starts one that listens for SSF over UDP and at `ssf` in a folder, and for statsd over UDP.
   *
   * @throws {Error} When it ends before it listens.
   */
  static async start(program: string, folder: string): Promise<VeneurServer> {
    const config = join(folder, "veneur.yaml");
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        debug: true,
        // Without this address it ends at once.
        http_address: "127.0.0.1:0",
        interval: "100ms",
        metric_sinks: [{ kind: "debug", name: "debug" }],
        // By default it has none, and listens nowhere.
        num_readers: 1,
        span_sinks: [{ kind: "debug", name: "debug" }],
        span_channel_capacity: 10_000,
        ssf_listen_addresses: ["udp://127.0.0.1:0", `unix://${folder}/ssf`],
        // Of its own statistics, which nobody wants.
        stats_address: "127.0.0.1:9",
        statsd_listen_addresses: ["udp://127.0.0.1:0"],
        trace_max_length_bytes: 65_536,
      }),
    );
    const child = new Deno.Command(program, {
      args: ["-f", config],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const server = new VeneurServer(child);
    server.addresses.set("ssf unix", `unix://${folder}/ssf`);
    await server.wait(() => server.#isListening);
    return server;
  }

  get #isListening(): boolean {
    return ["ssf udp", "statsd udp", "ready"].every((key) => this.addresses.has(key));
  }

  /**
   * Waits until something is so.
   *
   * @throws {Error} When veneur ends, or half a minute later, which is no matter of speed any more.
   */
  async wait(isMet: () => boolean): Promise<void> {
    const deadline = performance.now() + 30_000;
    const timer = setInterval(() => this.#wake?.(), 1000);
    try {
      while (!isMet()) {
        if (this.#hasEnded) throw new Error(`veneur has ended: ${this.#lastLine}`);
        if (performance.now() > deadline) {
          throw new Error(
            `veneur did not report that ${isMet}: ${this.spans.length} spans arrived`,
          );
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends it. */
  async stop(): Promise<void> {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#reading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #read(): Promise<void> {
    const lines = this.#child.stderr
      .pipeThrough(new TextDecoderStream())
      .pipeThrough<string>(new TextLineStream());
    for await (const line of lines) {
      this.#take(parseLogLine(line));
      if (line !== "") this.#lastLine = line;
      this.#wake?.();
    }
    this.#hasEnded = true;
    this.#wake?.();
  }

  #take(line: LogLine): void {
    if (line.msg === "Span" && line.service !== "veneur" && line.id !== "0") {
      const fields = REPORTED_FIELDS.map((field) => [field, line[field]]);
      this.spans.push(Object.fromEntries(fields) as ReportedSpan);
    } else if (line.metric_sink === "debug") {
      const [, name, value] = /^ +CounterMetric: (.*) = ([\d.]+)$/.exec(line.msg) ?? [];
      if (name !== undefined) {
        this.counters.set(name, (this.counters.get(name) ?? 0) + Number(value));
      }
    } else if (line.msg === "Listening on UDP address") {
      this.addresses.set(`${line.protocol} udp`, `udp://${line.address}`);
    } else if (line.msg === "Listening for SSF traces" && line.network === "unix") {
      this.addresses.set("ready", line.address);
    }
  }
}

/** Takes a line such as `level=info msg="a b"` apart. */
function parseLogLine(line: string): LogLine {
  const fields: Record<string, string> = {};
  for (const [, key, value] of line.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|\S*)/g)) {
    fields[key] = value.startsWith('"') ? JSON.parse(value.replaceAll(/\\x../g, "?")) : value;
  }
  return fields;
}
