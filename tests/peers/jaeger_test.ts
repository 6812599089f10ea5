import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";
import { startJaeger } from "./_jaeger.ts";
import { forPeer } from "./_peers.ts";
import { byId, postOtlp, richRequest, type ShownSpan, viewSpans } from "./_spans.ts";

const jaegerProgram = await forPeer("jaeger");
const program = jaegerProgram.ok ? jaegerProgram.path : "";
const ignore = !jaegerProgram.ok;

const ANY_PORT = "127.0.0.1:0";

/**
 * What docs/formats.md says of spans that OTLP brought to Jaeger: its times are whole microseconds, lists and
 * maps are text, a link has only its ids, and there is no place for the rest.
 */
function asJaegerHas(span: ShownSpan): unknown {
  type Named = Record<string, unknown>;
  const { flags: _, dropped_attributes: _1, resource_schema_url: _2, ...kept } = span;
  const { "service.name": service, ...resource } = span.resource as Named;
  const { name, version } = span.scope as Named;
  const start = micros(span.start_time);
  const events = span.events as Named[] | undefined;
  const links = span.links as Named[] | undefined;
  return {
    ...kept,
    start_time: start,
    // Both are cut, the start and the length.
    end_time: micros(span.start_time, lengthOf(span)),
    service,
    resource,
    scope: { name, version },
    ...(span.attrs === undefined ? {} : { attrs: plain(span.attrs as Named) }),
    ...(events && {
      events: events.map((event) => ({ ...event, time: micros(event.time) })),
    }),
    ...(links && {
      links: links.map(({ trace_id, span_id }) => ({
        trace_id,
        span_id,
        attrs: { "opentracing.ref_type": "follows_from" },
      })),
    }),
  };
}

/** Nanoseconds since the epoch, from RFC 3339 in UTC. */
function nanos(time: unknown): bigint {
  const [, seconds, fraction = ""] = /^([^.]*?)(?:\.(\d+))?Z$/.exec(String(time)) ?? [];
  return BigInt(Date.parse(seconds + "Z")) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

function lengthOf(span: ShownSpan): bigint {
  return (nanos(span.end_time) - nanos(span.start_time)) / 1000n;
}

/** A time cut to microseconds, and so many of these later, as `trace view --json` writes it. */
function micros(time: unknown, later = 0n): string {
  const whole = nanos(time) / 1000n + later;
  const fraction = String(whole % 1_000_000n).padStart(6, "0").replace(/0+$/, "");
  const seconds = new Date(Number(whole / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function plain(attributes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => {
      const isText = typeof value === "object" && !("$bytes" in (value as object));
      return [key, isText ? JSON.stringify(value) : value];
    }),
  );
}

for (const protocol of ["http", "json", "grpc"] as const) {
  Deno.test({
    name:
      `what is forwarded to Jaeger over ${protocol} is there, as far as Jaeger has a place for it`,
    ignore,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        await using jaeger = await startJaeger(program, folder);
        const out = `${folder}/out.jsonl`;
        await using collector = await startTraceCollect(folder, [
          ...["--out", out, "--otlp-http", ANY_PORT, "--forward", jaeger.targets[protocol]],
        ]);
        const traceIds = ["1", "2"].map((digit) => `${digit}102030405060708090a0b0c0d0e0f10`);
        const now = BigInt(Date.now()) * 1_000_000n;
        for (const traceId of traceIds) {
          await postOtlp(String(collector.ready.otlp_http), richRequest(traceId, now));
        }
        const summary = await collector.stop();
        assertEquals(forwarded(summary), { received: 8, sent: 8, queued: 0 });
        const recorded = await viewSpans(out, folder);
        const expected = byId(recorded.spans).map(asJaegerHas);
        assertEquals(expected.length, 8);
        for (
          const query of ["?service=größe", "", `?traceID=${traceIds.join("&traceID=")}`]
        ) {
          const { code, stderr, spans } = await viewSpans(jaeger.url + query, folder);
          assertEquals([code, stderr], [0, ""]);
          assertEquals(byId(spans) as unknown[], expected);
        }
      }),
  });
}

interface Tag {
  readonly key: string;
  readonly [field: string]: unknown;
}

interface JaegerSpan {
  readonly spanID: string;
  readonly tags: readonly Tag[];
  readonly logs: readonly { readonly fields: readonly Tag[] }[];
  readonly processID: string;
  readonly flags?: number;
}

/** What Jaeger's page opens. */
interface JaegerFile {
  readonly data: readonly {
    readonly traceID: string;
    readonly spans: readonly JaegerSpan[];
    readonly processes: Readonly<
      Record<string, { readonly serviceName: string; readonly tags?: readonly Tag[] }>
    >;
  }[];
}

/**
 * The traces in a file, in one order, without what docs/formats.md says an export adds: the exact times, and
 * the service among the attributes of the resource; and without flags, which Jaeger no longer keeps. Names of
 * processes mean nothing outside of the file.
 */
function tracesIn({ data }: JaegerFile): unknown {
  const ordered = (tags: readonly Tag[] = []): readonly Tag[] =>
    tags.filter(({ key }) => !/^trace\..*_unix_nano$|^service\.name$/.test(key))
      .toSorted((a, b) => a.key < b.key ? -1 : 1);
  return data.map(({ traceID, spans, processes }) => ({
    traceID,
    spans: spans.map(({ flags: _, processID, ...span }) => ({
      ...span,
      tags: ordered(span.tags),
      logs: span.logs.map((log) => ({ ...log, fields: ordered(log.fields) })),
      service: processes[processID].serviceName,
      process: ordered(processes[processID].tags),
    })).toSorted((a, b) => a.spanID < b.spanID ? -1 : 1),
  })).toSorted((a, b) => a.traceID < b.traceID ? -1 : 1);
}

Deno.test({
  name: "an export for Jaeger has what Jaeger itself answers when it was sent the same spans",
  ignore,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      await using jaeger = await startJaeger(program, folder);
      const out = `${folder}/out.jsonl`;
      await using collector = await startTraceCollect(folder, [
        ...["--out", out, "--otlp-http", ANY_PORT, "--forward", jaeger.targets.http],
      ]);
      const traceIds = ["1", "2"].map((digit) => `${digit}102030405060708090a0b0c0d0e0f10`);
      const now = BigInt(Date.now()) * 1_000_000n;
      for (const traceId of traceIds) {
        await postOtlp(String(collector.ready.otlp_http), richRequest(traceId, now));
      }
      assertEquals(forwarded(await collector.stop()), { received: 8, sent: 8, queued: 0 });
      const answers: JaegerFile[] = [];
      for (const traceId of traceIds) {
        const url = `${jaeger.url.replace("jaeger+", "")}/api/traces/${traceId}`;
        answers.push(await (await fetch(url)).json());
      }
      const exported = await runTrace(["export", out, "--format", "jaeger"], { folder });
      assertEquals(exported.code, 0);
      assertEquals(
        tracesIn(JSON.parse(exported.stdout)),
        tracesIn({ data: answers.flatMap(({ data }) => data) }),
      );
    }),
});

/** Sends traces of 20 spans one after another, and keeps account of their ids. */
class SteadySender {
  readonly ids = new Set<string>();
  readonly #address: string;
  #count = 0;

  constructor(address: string) {
    this.#address = address;
  }

  /** Sends so many traces, a few milliseconds apart. */
  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      const number = ++this.#count;
      const traceId = "1" + String(number).padStart(31, "0");
      const start = BigInt(Date.now()) * 1_000_000n;
      const spans = Array.from({ length: SPANS }, (_, index) => ({
        traceId,
        spanId: String(number * SPANS + index).padStart(16, "0"),
        name: `span ${index}`,
        startTimeUnixNano: String(start),
        endTimeUnixNano: String(start + 1_000_000n),
      }));
      for (const { spanId } of spans) this.ids.add(`${traceId} ${spanId}`);
      const attributes = [{ key: "service.name", value: { stringValue: "steady" } }];
      await postOtlp(this.#address, {
        resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }],
      });
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

const SPANS = 20;
const PAUSE_MS = 10;

/** The ids of all spans that Jaeger has of a service. */
async function idsIn(url: string, folder: string): Promise<Set<string>> {
  const { code, stderr, spans } = await viewSpans(`${url}?service=steady&limit=100000`, folder);
  // An empty Jaeger knows of no service, which is an error for whoever names one.
  if (!stderr.includes("knows of none yet")) assertEquals([code, stderr], [0, ""]);
  return new Set(spans.map(({ trace_id, id }) => `${trace_id} ${id}`));
}

for (const protocol of ["http", "json", "grpc"] as const) {
  Deno.test({
    name: `while Jaeger stops, is killed and comes back, nothing is lost over ${protocol}`,
    ignore,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        await using jaeger = await startJaeger(program, folder);
        await using collector = await startTraceCollect(folder, [
          ...["--otlp-http", ANY_PORT, "--forward", jaeger.targets[protocol]],
        ]);
        const sender = new SteadySender(String(collector.ready.otlp_http));
        for (const signal of ["SIGTERM", "SIGKILL"] as const) {
          await sender.send(30);
          await Promise.all([sender.send(60), jaeger.stop(signal)]);
          await Promise.all([sender.send(60), jaeger.restart()]);
        }
        await sender.send(30);
        const deadline = Date.now() + ARRIVAL_MS;
        let arrived = await idsIn(jaeger.url, folder);
        while (arrived.size < sender.ids.size && Date.now() < deadline) {
          arrived = await idsIn(jaeger.url, folder);
        }
        const summary = await collector.stop();
        const missing = [...sender.ids.difference(arrived)];
        assertEquals([missing.length, missing.slice(0, 3)], [0, []], JSON.stringify(summary));
        const count = sender.ids.size;
        assertEquals(forwarded(summary), { received: count, sent: count, queued: 0 });
      }),
  });
}

const ARRIVAL_MS = 30_000;

for (const protocol of ["http", "grpc"] as const) {
  Deno.test({
    name: `what is collected while Jaeger is down, the next session sends over ${protocol}`,
    ignore,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        await using jaeger = await startJaeger(program, folder);
        await jaeger.stop("SIGKILL");
        const options = ["--otlp-http", ANY_PORT, "--forward", jaeger.targets[protocol]];
        const state = Deno.env.get("XDG_STATE_HOME");
        Deno.env.set("XDG_STATE_HOME", `${folder}/state`);
        try {
          await using first = await startTraceCollect(folder, options);
          const sender = new SteadySender(String(first.ready.otlp_http));
          await sender.send(20);
          const count = sender.ids.size;
          assertEquals(forwarded(await first.stop()), { received: count, sent: 0, queued: count });
          await jaeger.restart();
          await using second = await startTraceCollect(folder, options);
          assertEquals(forwarded(await second.stop()), { received: count, sent: count, queued: 0 });
          assertEquals(await idsIn(jaeger.url, folder), sender.ids);
        } finally {
          if (state === undefined) Deno.env.delete("XDG_STATE_HOME");
          else Deno.env.set("XDG_STATE_HOME", state);
        }
      }),
  });
}

/** The counts of what a collector forwarded, when nothing of it was lost. */
function forwarded(summary: Record<string, unknown> | undefined): unknown {
  const [{ received, sent, queued, rejected, dropped }] = summary
    ?.forward as Record<string, unknown>[];
  assertEquals([rejected, dropped], [{}, {}]);
  return { received, sent, queued };
}

Deno.test({
  name: "what Jaeger cannot get because the queue is full is counted, the rest arrives",
  ignore,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      await using jaeger = await startJaeger(program, folder);
      await jaeger.stop("SIGTERM");
      await using collector = await startTraceCollect(folder, [
        ...["--otlp-http", ANY_PORT, "--forward", jaeger.targets.http],
        ...["--forward-queue", "64K"],
      ]);
      const sender = new SteadySender(String(collector.ready.otlp_http));
      await sender.send(100);
      await jaeger.restart();
      const deadline = Date.now() + ARRIVAL_MS;
      while ((await idsIn(jaeger.url, folder)).size === 0 && Date.now() < deadline);
      const summary = await collector.stop();
      const [forward] = summary?.forward as {
        received: number;
        sent: number;
        queued: number;
        dropped: { queue_full: number };
      }[];
      assert(forward.dropped.queue_full > 0);
      assertEquals(forward.received, sender.ids.size);
      assertEquals(forward.sent + forward.dropped.queue_full, sender.ids.size);
      assertEquals((await idsIn(jaeger.url, folder)).size, forward.sent);
    }),
});

Deno.test({
  name: "a service that Jaeger does not know is told with those that it knows",
  ignore,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      await using jaeger = await startJaeger(program, folder);
      await using collector = await startTraceCollect(folder, [
        ...["--otlp-http", ANY_PORT, "--forward", jaeger.targets.http],
      ]);
      const begin = BigInt(Date.now()) * 1_000_000n;
      await postOtlp(
        String(collector.ready.otlp_http),
        richRequest("1102030405060708090a0b0c0d0e0f10", begin),
      );
      await collector.stop();
      const { code, stderr, stdout } = await runTrace(
        ["view", "--json", `${jaeger.url}?service=shop`],
        { folder },
      );
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, 'knows of no service "shop"');
      assertStringIncludes(stderr, "größe");
    }),
});
