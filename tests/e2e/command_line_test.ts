import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { endLine, startLine } from "../testing/events.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

Deno.test("the version is printed", () =>
  inTemporaryFolder(async (folder) => {
    const { code, stdout, stderr } = await runTrace(["--version"], { folder });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^trace \d+\.\d+\.\d+\n$/);
  }));

Deno.test("help names every command and shows examples", () =>
  inTemporaryFolder(async (folder) => {
    for (const args of [[], ["--help"], ["help"]]) {
      const { code, stdout } = await runTrace(args, { folder });
      assertEquals(code, 0);
      for (const command of ["run", "collect", "view", "stats", "replay", "export"]) {
        assertStringIncludes(stdout, `\n  ${command} `);
      }
      assertStringIncludes(stdout, "trace run -- ");
    }
    for (const command of ["run", "collect", "view", "stats", "replay", "export"]) {
      const { code, stdout } = await runTrace([command, "--help"], { folder });
      assertEquals(code, 0);
      assertStringIncludes(stdout, `Usage: trace ${command}`);
    }
  }));

Deno.test("wrong usage exits with 2 and says what was meant", () =>
  inTemporaryFolder(async (folder) => {
    const cases: [string[], string][] = [
      [["colect"], "Did you mean collect?"],
      [["collect", "--sokcet", "x"], "Did you mean --socket?"],
      [["collect", "--for", "soon"], "Expected a duration such as"],
      [["collect", "--rotate", "big"], "Expected a size such as"],
      [["collect", "--max-open-spans", "0"], "Expected a whole number of at least 1"],
      [["collect", "--zipkin", "127.0.0.1"], "Expected HOST:PORT"],
      [["collect", "--otlp-http", "127.0.0.1:65536"], "Expected HOST:PORT"],
      [["collect", "--otlp-grpc", "on"], "Expected HOST:PORT"],
      [["run"], "missing required argument"],
      [["view", "http://localhost:1"], 'Cannot open "http://localhost:1"'],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await runTrace(args, { folder });
      assertEquals([code, stdout], [2, ""], args.join(" "));
      assertStringIncludes(stderr, message);
    }
  }));

Deno.test("viewing what is not there exits with 1 and says what to do", () =>
  inTemporaryFolder(async (folder) => {
    const nothing = await runTrace(["view"], { folder });
    assertEquals([nothing.code, nothing.stdout], [1, ""]);
    assertStringIncludes(nothing.stderr, "No session is running. Start one with: trace run");
    const missing = await runTrace(["view", `${folder}/no.jsonl`], { folder });
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, `${folder}/no.jsonl`);
    await Deno.writeTextFile(`${folder}/notes.txt`, "buy milk\n");
    const foreign = await runTrace(["view", `${folder}/notes.txt`], { folder });
    assertEquals([foreign.code, foreign.stdout], [1, ""]);
    assertStringIncludes(foreign.stderr, "no known trace format");
    const folderItself = await runTrace(["view", folder], { folder });
    assertEquals(folderItself.code, 1);
    assertStringIncludes(folderItself.stderr, "it is a folder");
  }));

Deno.test("an empty file has no traces, and that is no error", () =>
  inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/empty`, "");
    assertEquals(await runTrace(["view", `${folder}/empty`], { folder }), {
      code: 0,
      stdout: "",
      stderr: "",
    });
  }));

Deno.test("standard input is viewed, as text and as JSON, without colour", () =>
  inTemporaryFolder(async (folder) => {
    const stdin = startLine("a", { name: "root" }) + startLine("b", { parent_id: "a" }) +
      endLine("b") + endLine("a") + startLine("c", { trace_id: "t2" });
    const text = await runTrace(["view", "-"], { folder, stdin });
    assertEquals([text.code, text.stderr], [0, ""]);
    assertMatch(text.stdout, /root.*1s.*2 spans[^]*└─ .*span b.*[^]*unfinished/);
    assert(!text.stdout.includes("\x1b"));
    const json = await runTrace(["view", "-", "--json"], { folder, stdin });
    const traces = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(
      traces.map((trace) => [trace.trace_id, trace.start_time, trace.duration_ns]),
      [["t1", "2026-03-11T10:00:00.000000001Z", 999999999], [
        "t2",
        "2026-03-11T10:00:00.000000001Z",
        0,
      ]],
    );
    assertEquals(traces[0].spans.map((span: { id: string }) => span.id), ["a", "b"]);
    assertEquals(traces[1].spans[0], {
      id: "c",
      trace_id: "t2",
      name: "span c",
      kind: "function",
      start_time: "2026-03-11T10:00:00.000000001Z",
      unfinished: true,
    });
  }));

Deno.test("a reader that has seen enough is no error", () =>
  inTemporaryFolder(async (folder) => {
    let text = "";
    for (let index = 0; index < 20_000; index++) {
      const ids = { trace_id: `t${index}` };
      text += startLine(`${index}`, ids) + endLine(`${index}`, ids);
    }
    await Deno.writeTextFile(`${folder}/events`, text);
    const child = spawnTrace(["view", `${folder}/events`], { folder });
    await child.stdin.close();
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const stderr = await new Response(child.stderr).text();
    assertEquals([(await child.status).code, stderr], [0, ""]);
  }));
