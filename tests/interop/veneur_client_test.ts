import { assertEquals } from "@std/assert";
import type { Span } from "../../src/model/span.ts";
import { buildProgram } from "./_go_programs.ts";
import { collectSsf, run, type Transport, TRANSPORTS } from "./_veneur.ts";

const client = await buildProgram("veneur_client");

/** A recorded span in the form in which `veneur_client` prints what it sent. */
function asSent(span: Span): Record<string, unknown> {
  return {
    trace_id: span.traceId,
    id: span.spanId,
    ...(span.parentId === undefined ? {} : { parent_id: span.parentId }),
    name: span.name,
    service: span.service,
    start: String(span.startTimeUnixNano),
    end: String(span.endTimeUnixNano),
    error: span.error,
    tags: { ...span.attributes },
    samples: (span.samples ?? []).map((sample) => `${sample.name}=${sample.value}`),
  };
}

function sortedById(spans: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return spans.toSorted((a, b) => String(a.id) < String(b.id) ? -1 : 1);
}

/** Fewer over UDP: so many fit into the socket's buffer even when the collector gets no turn. */
const REQUESTS: Readonly<Record<Transport, number>> = { udp: 50, unix: 2000 };

const WAYS: readonly { name: string; options: readonly string[] }[] = [
  { name: "one by one", options: [] },
  { name: "from a buffer when flushed", options: ["-buffered"] },
  { name: "over parallel backends", options: ["-backends", "4", "-workers", "8"] },
  {
    name: "from the buffers of parallel backends",
    options: ["-backends", "4", "-workers", "8", "-buffered"],
  },
];

for (const transport of TRANSPORTS) {
  for (const { name, options } of WAYS) {
    Deno.test({
      name: `each span that veneur's Go client sends ${name} over ${transport} is recorded once`,
      ignore: !client.ok,
      fn: async () => {
        if (!client.ok) return;
        const requests = REQUESTS[transport];
        let printed: Uint8Array = new Uint8Array();
        const { spans, summary } = await collectSsf(transport, async (url) => {
          printed = await run(client.path, ["-requests", `${requests}`, ...options, url]);
        });
        const sent = new TextDecoder().decode(printed).trimEnd().split("\n").map((line) =>
          JSON.parse(line)
        );
        assertEquals(sent.length, 2 * requests);
        assertEquals(sortedById(spans.map(asSent)), sortedById(sent));
        assertEquals(
          ["received", "accepted", "rejected", "dropped", "spans", "recorded", "traces"]
            .map((counter) => summary[counter]),
          [sent.length, sent.length, {}, {}, sent.length, sent.length, requests],
        );
      },
    });
  }

  Deno.test({
    name: `every field of a span of veneur's Go client is recorded exactly over ${transport}`,
    ignore: !client.ok,
    fn: async () => {
      if (!client.ok) return;
      const { spans } = await collectSsf(transport, async (url) => {
        await run(client.path, ["-fields", url]);
      });
      assertEquals(
        spans.map((span) => ({ ...span, attributes: Object.entries(span.attributes).sort() })),
        [{ ...ALL_FIELDS, attributes: ATTRIBUTES }],
      );
    },
  });
}

/** What `veneur_client -fields` sends. */
const ALL_FIELDS: Omit<Span, "attributes"> = {
  traceId: "9223372036854775807",
  spanId: "-9223372036854775808",
  parentId: "9007199254740993",
  name: "shop.charge 🚀",
  kind: "client",
  startTimeUnixNano: 1_773_223_200_000_000_001n,
  endTimeUnixNano: 1_773_223_200_999_999_999n,
  state: "ended",
  service: "größe/日本",
  indicator: true,
  error: true,
  samples: [
    {
      metric: "counter",
      name: "hits",
      value: 3,
      rate: 0.25,
      tags: { cache: "hit" },
      unit: "pages",
    },
    {
      metric: "gauge",
      name: "load",
      value: -1.5,
      timeUnixNano: 1_773_223_200_000_000_007n,
      rate: 1,
      scope: "global",
    },
    {
      metric: "histogram",
      name: "size",
      value: (2 - 2 ** -23) * 2 ** 127,
      rate: 1,
      scope: "local",
    },
    { metric: "histogram", name: "wait", value: 1500, rate: 1, tags: { cache: "hit" }, unit: "µs" },
    { metric: "set", name: "user", value: 0, message: "ada", rate: 1 },
    { metric: "status", name: "alive", value: 0, status: "critical", rate: 1 },
    // As veneur does, a sample without a rate is taken as one of all there were.
    { metric: "counter", name: "no rate", value: Math.fround(0.1), rate: 1 },
  ],
};

const ATTRIBUTES: readonly (readonly [string, unknown])[] = [
  ["", "empty key"],
  ["__proto__", "plain"],
  ["empty", ""],
  ["long", "ü".repeat(10_000)],
  ["query", 'SELECT "x"\n\tFROM `t` \\ \u0001 \u2028'],
  ["span.kind", "client"],
  ["ssf.root_start_timestamp", 1_773_223_199_000_000_001n],
  ["ssf.version", 1n],
];
