import { assertEquals, assertThrows } from "@std/assert";
import { Http2FloodGuard } from "../../src/receivers/http2_flood_guard.ts";
import { HTTP2_ERROR, Http2Error } from "../../src/wire/http2/http2_error.ts";

function spend(guard: Http2FloodGuard, count: number): void {
  for (let index = 0; index < count; index++) guard.spend();
}

Deno.test("a thousand at once are borne, then a hundred a second", () => {
  let now = 0;
  const guard = new Http2FloodGuard(() => now);
  spend(guard, 1000);
  now += 1000;
  spend(guard, 100);
  const error = assertThrows(() => guard.spend(), Http2Error);
  assertEquals(error.code, HTTP2_ERROR.ENHANCE_YOUR_CALM);
});

Deno.test("each answer makes up for two, up to a thousand", () => {
  const guard = new Http2FloodGuard(() => 0);
  for (let index = 0; index < 5000; index++) {
    guard.earn();
    spend(guard, 2);
  }
  for (let index = 0; index < 5000; index++) guard.earn();
  spend(guard, 1000);
  assertThrows(() => guard.spend(), Http2Error);
});
