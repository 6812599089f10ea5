import { assert, assertEquals } from "@std/assert";
import { FramePacer } from "../../src/terminal/frame_pacer.ts";

Deno.test("many requests make few frames, and the last request is drawn", async () => {
  let requested = 0;
  let drawn = 0;
  let frames = 0;
  const { promise: isDone, resolve } = Promise.withResolvers<void>();
  using pacer = new FramePacer(() => {
    frames++;
    drawn = requested;
    if (drawn === 1_000) resolve();
    return Promise.resolve();
  });
  for (requested = 1; requested < 1_000; requested++) {
    pacer.request();
    if (requested % 100 === 0) await Promise.resolve();
  }
  pacer.request();
  await isDone;
  assertEquals(drawn, 1_000);
  assert(frames <= 3);
});

Deno.test("a slow terminal gets one frame at a time, then the newest", async () => {
  const { promise: isTaken, resolve: take } = Promise.withResolvers<void>();
  const { promise: isDone, resolve } = Promise.withResolvers<void>();
  const { promise: isStarted, resolve: start } = Promise.withResolvers<void>();
  let frames = 0;
  let atOnce = 0;
  using pacer = new FramePacer(async () => {
    assertEquals(++atOnce, 1);
    frames++;
    start();
    if (frames === 1) await isTaken;
    else resolve();
    atOnce--;
  });
  pacer.request();
  await isStarted;
  for (let count = 0; count < 50; count++) pacer.request();
  take();
  await isDone;
  assertEquals(frames, 2);
});

Deno.test("a disposed pacer draws no more", () => {
  const pacer = new FramePacer(() => Promise.reject(new Error("drawn")));
  pacer.request();
  pacer[Symbol.dispose]();
  pacer.request();
});

Deno.test("a key does not wait for the frame that shows what came by itself", async () => {
  const times: number[] = [];
  let drawn = Promise.withResolvers<void>();
  using pacer = new FramePacer(() => {
    times.push(performance.now());
    drawn.resolve();
    drawn = Promise.withResolvers<void>();
    return Promise.resolve();
  });
  pacer.request();
  await drawn.promise;
  pacer.requestLater();
  pacer.requestLater();
  pacer.request();
  await drawn.promise;
  pacer.requestLater();
  await drawn.promise;
  const [afterKey, byItself] = [times[1] - times[0], times[2] - times[1]];
  assert(byItself >= 45, `${byItself}`);
  assert(afterKey < byItself, `${afterKey} < ${byItself}`);
});
