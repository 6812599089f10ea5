import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startTraceCollect } from "../../scripts/start_collector.ts";
import { decodeSsfSpan } from "../../src/wire/ssf/decode_ssf_span.ts";
import { encodeSsfSpan } from "../../src/wire/ssf/encode_ssf_span.ts";
import { encodeSsfFrame } from "../../src/wire/ssf/ssf_frame.ts";
import { SsfFrameReader } from "../../src/wire/ssf/ssf_frame_reader.ts";
import type { SsfSpan } from "../../src/wire/ssf/ssf_span.ts";
import { endLine, startLine } from "../testing/events.ts";
import { sendEvents } from "../testing/send_events.ts";
import { sendDatagrams, sendSsf, ssfSpan } from "../testing/send_ssf.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace } from "../testing/trace_process.ts";

const FIXTURE = new URL("../fixtures/ssf_unix_stream.bin", import.meta.url);

type SpanJson = Readonly<Record<string, unknown>>;

/** What `trace view --json` shows of a recording. */
async function viewSpans(path: string, folder: string): Promise<SpanJson[]> {
  const { code, stdout, stderr } = await runTrace(["view", path, "--json"], { folder });
  assertEquals([code, stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1).flatMap((line) => JSON.parse(line).spans);
}

/** The time of a span line, with all its digits. */
function isoTime(unixNano: bigint): string {
  const fraction = String(unixNano % 1_000_000_000n).padStart(9, "0").replace(/0+$/, "");
  const seconds = new Date(Number(unixNano / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}Z`;
}

/** What a span of the fixture is to look like in a recording. */
function expectedJson(span: SsfSpan): SpanJson {
  return {
    id: String(span.id),
    trace_id: String(span.traceId),
    ...(span.parentId === 0n ? {} : { parent_id: String(span.parentId) }),
    name: span.name,
    kind: "internal",
    start_time: isoTime(span.startTimestamp),
    end_time: isoTime(span.endTimestamp),
    ...(Object.keys(span.tags).length === 0 ? {} : { attrs: { ...span.tags } }),
    service: span.service,
    indicator: span.indicator,
    error: span.error,
    ...(span.metrics.length === 0 ? {} : {
      samples: [
        { metric: "counter", name: "requests", value: 1, rate: 1, tags: { a: "b" } },
        { metric: "histogram", name: "lat", value: 3_000_000, rate: 1, unit: "ns" },
      ],
    }),
  };
}

async function fixtureSpans(): Promise<SsfSpan[]> {
  const spans: SsfSpan[] = [];
  new SsfFrameReader().push(await Deno.readFile(FIXTURE), (body) => {
    spans.push(decodeSsfSpan(body));
  });
  return spans;
}

function byId(a: SpanJson, b: SpanJson): number {
  return String(a.id) < String(b.id) ? -1 : 1;
}

Deno.test("what veneur's client sent is recorded exactly, over Unix sockets, TCP and UDP", () =>
  inTemporaryFolder(async (folder) => {
    const spans = await fixtureSpans();
    const expected = spans.map(expectedJson).sort(byId);
    const bytes = await Deno.readFile(FIXTURE);
    for (const transport of ["unix", "tcp", "udp"]) {
      const out = `${folder}/${transport}.jsonl`;
      const collector = await startTraceCollect(folder, [
        ...["--out", out, "--ssf", "udp://127.0.0.1:0"],
        ...["--ssf", `unix://${folder}/ssf`, "--ssf", "tcp://127.0.0.1:0"],
      ]);
      const urls = collector.ready.ssf as string[];
      assertEquals(urls.map((url) => url.replace(/:\d+$/, ":")), [
        "udp://127.0.0.1:",
        `unix://${folder}/ssf`,
        "tcp://127.0.0.1:",
      ]);
      const url = urls.find((each) => each.startsWith(transport))!;
      if (transport === "udp") await sendDatagrams(url, ...spans.map(encodeSsfSpan));
      else await sendSsf(url, bytes);
      const summary = await collector.stop();
      assertEquals(
        [summary?.received, summary?.accepted, summary?.spans, summary?.recorded, summary?.traces],
        [100, 100, 100, 100, new Set(spans.map((span) => span.traceId)).size],
      );
      assertEquals((await viewSpans(out, folder)).sort(byId), expected);
    }
  }));

Deno.test("a session counts what it receives in every way together", () =>
  inTemporaryFolder(async (folder) => {
    const out = `${folder}/out.jsonl`;
    const collector = await startTraceCollect(folder, [
      ...["--socket", `${folder}/s`, "--out", out],
      ...["--ssf", "udp://127.0.0.1:0", "--ssf", `unix://${folder}/ssf`],
    ]);
    const [udp, unix] = collector.ready.ssf as string[];
    await sendEvents(`${folder}/s`, startLine("a") + endLine("a") + endLine("never started"));
    await sendDatagrams(
      udp,
      encodeSsfSpan(ssfSpan({ id: 5n, error: true, indicator: true })),
      encodeSsfSpan(ssfSpan({ id: 0n })),
      Uint8Array.of(0xff),
    );
    const frame = encodeSsfFrame(encodeSsfSpan(ssfSpan({ id: -7n, traceId: -(2n ** 63n) })));
    await sendSsf(unix, frame);
    const next = encodeSsfFrame(encodeSsfSpan(ssfSpan({ id: 8n, traceId: 2n ** 63n - 1n })));
    await sendSsf(unix, Uint8Array.of(...next, 1));
    await sendSsf(unix, Uint8Array.of(0, 1, 0, 0, 1));
    await sendSsf(unix, frame.subarray(0, -1));
    const summary = await collector.stop();
    assertEquals(summary?.rejected, {
      orphan_end: 1,
      not_a_trace_span: 1,
      malformed: 1,
      bad_frame: 1,
      too_long: 1,
      truncated: 1,
    });
    assertEquals([summary?.received, summary?.accepted], [11, 5]);
    assertEquals([summary?.spans, summary?.recorded], [4, 4]);
    assertEquals(
      (await viewSpans(out, folder)).map(({ id, trace_id, error }) => [id, trace_id, error]).sort(),
      [
        ["-7", "-9223372036854775808", false],
        ["5", "1", true],
        ["8", "9223372036854775807", false],
        ["a", "t1", undefined],
      ],
    );
  }));

Deno.test("a port that is taken, and an address that is none, are errors that name it", () =>
  inTemporaryFolder(async (folder) => {
    using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const udp = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    try {
      for (
        const url of [
          `tcp://127.0.0.1:${tcp.addr.port}`,
          `udp://127.0.0.1:${(udp.addr as Deno.NetAddr).port}`,
        ]
      ) {
        const { code, stderr } = await runTrace(["collect", "--ssf", url], { folder });
        assertEquals(code, 1);
        assertStringIncludes(stderr, `"${url}"`);
        assertStringIncludes(stderr, "another process has that port");
      }
    } finally {
      udp.close();
    }
    assertEquals([...Deno.readDirSync(`${folder}/trace`)], []);
    for (const url of ["http://localhost:1", "unix://relative", "udp://127.0.0.1:65536"]) {
      const { code, stderr } = await runTrace(["collect", "--ssf", url], { folder });
      assertEquals(code, 2);
      assertStringIncludes(stderr, url);
      assertStringIncludes(stderr, "udp://HOST:PORT");
    }
  }));

Deno.test("people are told where to send, and that flags are missing for UDP", () =>
  inTemporaryFolder(async (folder) => {
    const { stderr } = await runTrace([
      ...["collect", "--for", "50ms", "--ssf", `unix://${folder}/ssf`],
    ], { folder });
    assertStringIncludes(stderr, `SSF:     unix://${folder}/ssf\n`);
    if (Deno.env.get("TRACE_BIN") !== undefined) return;
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const config = new URL("../../deno.json", import.meta.url);
    // Without deno.json, which has the flag; the import map it holds is given apart.
    const { imports } = JSON.parse(await Deno.readTextFile(config));
    await Deno.writeTextFile(`${folder}/import_map.json`, JSON.stringify({ imports }));
    const { success, stderr: errors } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-config", "--no-lock", `--import-map=${folder}/import_map.json`],
        ...[cli, "collect", "--for", "50ms", "--ssf", "udp://127.0.0.1:0"],
      ],
      env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder, NO_COLOR: "1" },
    }).output();
    assert(!success);
    assertStringIncludes(new TextDecoder().decode(errors), "--unstable-net");
  }));
