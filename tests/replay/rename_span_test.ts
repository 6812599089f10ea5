import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { SpanRenamer } from "../../src/replay/rename_span.ts";
import { changeSpan } from "../../src/model/change_span.ts";
import { recorded, replaySpan } from "./replay_spans.ts";

Deno.test("new ids keep the tree, differ by salt, and do not depend on what came before", () => {
  const root = replaySpan("r", 0, 9);
  const child = replaySpan("c", 1, 2, {
    parentId: "r",
    links: [{ traceId: "t1", spanId: "r", attributes: {} }],
  });
  for (const spans of [[root, child], recorded([root, child])]) {
    const renamer = new SpanRenamer("salt");
    const [newRoot, newChild] = spans.map((span) => renamer.renameSpan(span));
    assertEquals(newChild.parentId, newRoot.spanId);
    assertEquals(newChild.traceId, newRoot.traceId);
    assertEquals(newChild.links![0].spanId, newRoot.spanId);
    assertEquals(newChild.links![0].traceId, newRoot.traceId);
    assertEquals(newRoot.parentId, undefined);
    assertMatch(newRoot.spanId, /^[0-9a-f]{16}$/);
    assertNotEquals(newRoot.spanId, newChild.spanId);
    assertNotEquals(new SpanRenamer("other").rename("r"), newRoot.spanId);
  }
});

Deno.test("everything else of a span stays, whether it was read from a recording or not", () => {
  const span = replaySpan("00000000000000a1", 0, 9, {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentId: "00000000000000a0",
    kind: "sql",
    attributes: { query: 'SELECT "a\\"' },
    service: "shop",
  });
  const renamer = new SpanRenamer("salt");
  const [read] = recorded([span]);
  const renamed = renamer.renameSpan(span);
  assertEquals(changeSpan(renamer.renameSpan(read), {}), renamed);
  const { traceId, spanId, parentId } = span;
  assertEquals({ ...renamed, traceId, spanId, parentId }, span);
});

Deno.test("an id keeps its form, so that the same protocols can carry it", () => {
  const renamer = new SpanRenamer("salt");
  const forms: [string, RegExp][] = [
    ["00f067aa0ba902b7", /^[0-9a-f]{16}$/],
    ["0af7651916cd43dd8448eb211c80319c", /^[0-9a-f]{32}$/],
    ["7", /^[1-9]\d{0,18}$/],
    ["-9223372036854775808", /^-[1-9]\d{0,18}$/],
    ["9223372036854775807", /^[1-9]\d{0,18}$/],
    ["1234567890123456", /^[1-9]\d{15}$/],
    ["9999999999999999", /^[1-9]\d{15}$/],
    ["0000000000000007", /^[0-9a-f]{16}$/],
    ["9223372036854775808", /^[0-9a-f]{16}$/],
    ["ünï", /^[0-9a-f]{16}$/],
    ["", /^$/],
  ];
  for (const [id, form] of forms) {
    const renamed = renamer.rename(id);
    assertMatch(renamed, form, id);
    assert(id === "" || renamed !== id, id);
    assertEquals(renamer.rename(id), renamed);
    if (/^-?[1-9]\d*$/.test(renamed)) {
      assertEquals(BigInt.asIntN(64, BigInt(renamed)), BigInt(renamed));
    }
  }
});

Deno.test("both forms of the id of one trace stay forms of one", () => {
  const renamer = new SpanRenamer("salt");
  const id = "00f067aa0ba902b7";
  assertEquals(renamer.rename("0".repeat(16) + id), "0".repeat(16) + renamer.rename(id));
});

Deno.test("different ids get different ones", () => {
  const renamer = new SpanRenamer("salt");
  const ids = Array.from({ length: 20_000 }, (_, index) => [
    index.toString(16).padStart(16, "0"),
    `${index + 1}`,
    `${10 ** 15 + index}`,
    `s${index}`,
  ]).flat();
  assertEquals(new Set(ids.map((id) => renamer.rename(id))).size, ids.length);
});
