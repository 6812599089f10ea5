import { assertEquals } from "@std/assert";
import { createIdShortener, matchId, showId } from "../../src/mcp/short_ids.ts";

Deno.test("an id is short where its beginning is unique, and whole elsewhere", () => {
  const ids = ["abcd0001", "abcd0002", "ef010003", "7"];
  const short = createIdShortener(ids, 4);
  assertEquals(ids.map(short), ["abcd0001", "abcd0002", "ef01", "7"]);
});

Deno.test("what is shown of an id finds it again", () => {
  const ids = ["1", "12", "a\x1b[2J", "\u202e".repeat(500), "beef"];
  for (const id of ids) assertEquals(matchId(showId(id), ids), [id]);
  assertEquals(matchId("#beef", ids), ["beef"]);
  assertEquals(matchId("be…", ids), ["beef"]);
  // Whole before beginnings.
  assertEquals(matchId("1", ids), ["1"]);
  assertEquals(matchId("x", ids), []);
});
