import { assert, assertEquals } from "@std/assert";
import { QueryNames } from "../../src/query/query_names.ts";
import { makeSpan } from "../assemble/_make_span.ts";

Deno.test("frequent values stay, however many rare ones pass, and what is left out is counted", () => {
  const names = new QueryNames({ maxValues: 10, maxNames: 3, maxValueLength: 20 });
  for (let index = 0; index < 10_000; index++) {
    names.add(makeSpan(`s${index}`, {
      name: index % 3 === 0 ? "often" : index % 4 === 0 ? "sometimes" : `once ${index}`,
      attrs: { id: BigInt(index), fixed: "x", [`key${index}`]: true, long: "y".repeat(21) },
    }));
  }
  assertEquals(names.valuesOf("name").slice(0, 2), ["often", "sometimes"]);
  assert(names.valuesOf("name").length <= 10 && names.valuesOf(".id").length <= 10);
  assertEquals(names.valuesOf("span.fixed"), ["x"]);
  assertEquals(names.attributeNames("span").slice(0, 2), ["id", "fixed"]);
  assertEquals(names.attributeNames("span").length, 3);
  assertEquals(names.droppedNameCount, 2 * 10_000 - 1);
  assert(names.droppedValueCount > 500);
});

Deno.test("an attribute without a scope has the values of span and resource together", () => {
  const names = new QueryNames();
  names.add(makeSpan("a", { attrs: { zone: "eu" }, resource: { zone: "us" } }));
  names.add(makeSpan("b", { attrs: { zone: ["us", "ap"] } }));
  assertEquals(names.valuesOf(".zone"), ["us", "eu", "ap"]);
  assertEquals(names.valuesOf("resource.zone"), ["us"]);
  assertEquals(names.valuesOf("span:name"), ["a", "b"]);
  assertEquals(names.valuesOf(".nothing"), []);
  assertEquals(names.valuesOf("link.zone"), []);
});
