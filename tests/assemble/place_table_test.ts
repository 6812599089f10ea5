import { assertEquals } from "@std/assert";
import { PlaceTable } from "../../src/assemble/_place_table.ts";

function check(ids: readonly string[]): void {
  const table = new PlaceTable(ids.length);
  ids.forEach((id, place) => assertEquals([table.get(id), table.add(id)], [-1, place]));
  ids.forEach((id, place) => assertEquals(table.get(id), place));
  for (const other of ["", "x", `${ids[0]}x`, `x${ids[0]}`]) {
    if (!ids.includes(other)) assertEquals(table.get(other), -1);
  }
}

Deno.test("ids of any kind are found at their places", () => {
  check(["a"]);
  check(["", "a", "b", "__proto__", "ünï", "😀"]);
  check(Array.from({ length: 5000 }, (_, index) => index.toString(16).padStart(16, "0")));
  check(Array.from({ length: 1000 }, () => crypto.randomUUID()));
});

Deno.test("ids that are alike but for their beginnings are told apart, in linear time", () => {
  check(Array.from({ length: 50_000 }, (_, index) => `${index}-the-same-for-all`));
});
