import { assert, assertEquals, assertRejects } from "@std/assert";
import { FigureCache } from "../../src/web/figure_cache.ts";

const { signal } = new AbortController();

Deno.test("those who ask at once share the making, and what has not changed is kept", async () => {
  const cache = new FigureCache({ signal });
  let made = 0;
  const get = (key: string): Promise<{ figures: number }> =>
    cache.get({ key, version: () => 1, make: () => Promise.resolve(++made) });
  const both = await Promise.all([get("stats"), get("stats")]);
  assertEquals(both.map(({ figures }) => figures), [1, 1]);
  assertEquals((await get("stats")).figures, 1);
  assertEquals((await get("services")).figures, 2);
});

Deno.test("a source that changes all the time is counted now and then, and never shown old for good", async () => {
  let version = 1;
  let made = 0;
  const request = { key: "stats", version: () => version, make: () => Promise.resolve(++made) };
  const patient = new FigureCache({ signal });
  assertEquals(await patient.get(request), { version: 1, figures: 1 });
  version = 2;
  const beganMs = performance.now();
  const answers = await Promise.all([patient.get(request), patient.get(request)]);
  assertEquals(answers.map((each) => [each.version, each.figures]), [[2, 2], [2, 2]]);
  // Timers may fire a little early.
  assert(performance.now() - beganMs > 90);
  const hasty = new FigureCache({ signal, maxWaitMs: -Infinity });
  assertEquals(await hasty.get(request), { version: 2, figures: 3 });
  version = 3;
  assertEquals(await hasty.get(request), { version: 2, figures: 3 });
});

Deno.test("what could not be made is made again, and what was asked for longest ago goes first", async () => {
  const cache = new FigureCache({ signal, maxEntries: 2 });
  const failing = { key: "a", version: () => 1, make: () => Promise.reject(new Error("no file")) };
  await assertRejects(() => cache.get(failing), Error, "no file");
  let made = 0;
  const get = (key: string): Promise<unknown> =>
    cache.get({ key, version: () => 1, make: () => Promise.resolve(++made) });
  for (const key of ["a", "b", "a", "c", "a"]) await get(key);
  assertEquals(made, 3);
  await get("b");
  assertEquals(made, 4);
});
