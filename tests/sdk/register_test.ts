import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { bundleForNode } from "../testing/bundle_for_node.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { LineReceiver } from "./_line_receiver.ts";

const REGISTER = fileURLToPath(new URL("../../src/sdk/register/mod.ts", import.meta.url));

/** A program that knows nothing of tracing. */
const PROGRAM = `
import { createServer, get } from "node:http";
import { createRequire } from "node:module";
let database;
try {
  const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");
  database = new DatabaseSync(":memory:");
} catch {}
const server = createServer((request, response) => {
  database?.prepare("SELECT 1 AS one").get();
  response.end(request.headers.traceparent === undefined ? "alone" : "joined");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = "http://127.0.0.1:" + server.address().port;
const answer = await fetch(url + "/fetched?x=1");
console.log(answer.status, await answer.text());
await new Promise((resolve) => get(url + "/got", (response) => {
  response.on("data", (data) => console.log(response.statusCode, String(data)));
  response.on("end", resolve);
}));
await fetch("http://127.0.0.1:1/refused").catch((error) => console.log(error.name));
await new Promise((resolve) => get("http://127.0.0.1:1/also-refused").on("error", resolve));
server.close();
server.closeAllConnections?.();
console.log(database === undefined ? "no sqlite" : "sqlite");
`;

const RUNTIMES: readonly (readonly [name: string, ...command: string[]])[] = [
  ["the Node on the PATH", "node"],
  ["Node 26 from npm", "npx", "-y", "node@26"],
];

for (const [runtime, command, ...args] of RUNTIMES) {
  Deno.test(`a program is traced without a change to its code on ${runtime}`, () =>
    inTemporaryFolder(async (folder) => {
      const bundle = await bundleForNode(REGISTER, folder);
      const version = await new Deno.Command(command, { args: [...args, "--version"] }).output()
        .catch(() => undefined);
      if (bundle === undefined || !version?.success) {
        return console.log(`skipped: ${runtime}, or a bundle for it, cannot be had here`);
      }
      await using receiver = await LineReceiver.create();
      await Deno.writeTextFile(`${folder}/app.mjs`, PROGRAM);
      const { code, stdout, stderr } = await new Deno.Command(command, {
        args: [...args, "--import", bundle[1], `${folder}/app.mjs`],
        env: { TRACE_SOCKET: receiver.path },
      }).output();
      const printed = new TextDecoder().decode(stdout).trim().split("\n");
      const complaints = new TextDecoder().decode(stderr).replaceAll(/^npm warn.*\n/gm, "");
      assertEquals([code, complaints], [0, ""]);
      const hasSqlite = printed.pop() !== "no sqlite";
      assertEquals(printed.slice(0, 3), ["200 joined", "200 joined", "TypeError"]);
      assertEquals(printed.slice(3), []);
      await receiver.waitForLines(hasSqlite ? 16 : 12);
      const { events } = receiver;
      const starts = events.filter(({ type }) => type === 0);
      const ends = new Map(
        events.filter(({ type }) => type === 1).map((e) => [e.span_id, e.attrs]),
      );
      const paths = starts.map((start) => {
        const parent = starts.find(({ span_id }) => span_id === start.parent_id);
        const grand = starts.find(({ span_id }) => span_id === parent?.parent_id);
        return [grand?.name, parent?.name, start.name].filter(Boolean).join(" > ");
      });
      const sql = (name: string): string[] =>
        hasSqlite ? [`GET ${name} > GET ${name} > SQL Query`] : [];
      assertEquals(paths.sort(), [
        "GET /also-refused",
        "GET /fetched",
        "GET /fetched > GET /fetched",
        ...sql("/fetched"),
        "GET /got",
        "GET /got > GET /got",
        ...sql("/got"),
        "GET /refused",
      ]);
      const endOf = (name: string): Record<string, string> =>
        ends.get(starts.find((start) => start.name === name)?.span_id) as Record<string, string>;
      assertEquals(endOf("GET /got").status, "200");
      assert(endOf("GET /refused").error.length > 0);
      assert(endOf("GET /also-refused").error.includes("ECONNREFUSED"));
    }));
}
