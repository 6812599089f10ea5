import { assertEquals, assertRejects } from "@std/assert";
import { FigureCache } from "../../src/web/figure_cache.ts";

Deno.test("those who ask at once share the making, and what has not changed is kept", async () => {
  const cache = new FigureCache();
  let made = 0;
  const get = (version: number, key = "stats"): Promise<{ version: number; figures: number }> =>
    cache.get({ key, version, make: () => Promise.resolve(++made) });
  const both = await Promise.all([get(1), get(1)]);
  assertEquals(both.map(({ figures }) => figures), [1, 1]);
  assertEquals((await get(1)).figures, 1);
  assertEquals((await get(1, "services")).figures, 2);
  // A source that changes all the time is not counted anew for everyone.
  assertEquals(await get(2), { version: 1, figures: 1 });
});

Deno.test("what could not be made is made again, and what was asked for longest ago goes first", async () => {
  const cache = new FigureCache(2);
  const failing = { key: "a", version: 1, make: () => Promise.reject(new Error("no file")) };
  await assertRejects(() => cache.get(failing), Error, "no file");
  let made = 0;
  const get = (key: string): Promise<unknown> =>
    cache.get({ key, version: 1, make: () => Promise.resolve(++made) });
  for (const key of ["a", "b", "a", "c", "a"]) await get(key);
  assertEquals(made, 3);
  await get("b");
  assertEquals(made, 4);
});
