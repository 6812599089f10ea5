import { assert, assertEquals } from "@std/assert";
import { exportTo } from "./_export_all.ts";
import { BASE_NANO, oddSpans, sampleSpan } from "./sample_spans.ts";

interface Profile {
  readonly name: string;
  readonly startValue: number;
  readonly endValue: number;
  readonly events: { readonly type: "O" | "C"; readonly frame: number; readonly at: number }[];
}
interface File {
  readonly profiles: Profile[];
  readonly shared: { readonly frames: { readonly name: string; readonly file?: string }[] };
}

/** Fails unless frames are closed in the order that they were opened, and no event comes before another's time. */
function checkProfile({ events, startValue, endValue, name }: Profile): void {
  const open: number[] = [];
  let at = startValue;
  for (const event of events) {
    assert(event.at >= at, `${name} goes back in time`);
    at = event.at;
    if (event.type === "O") open.push(event.frame);
    else assertEquals(open.pop(), event.frame, name);
  }
  assertEquals(open, []);
  assert(at <= endValue);
}

Deno.test("a trace is a profile, what overlaps in it another, and no frame stays open", async () => {
  const span = (id: string, from: number, to: number | undefined, parentId?: string) =>
    sampleSpan({
      spanId: id,
      name: id,
      parentId,
      service: "shop",
      startTimeUnixNano: BASE_NANO + BigInt(from),
      endTimeUnixNano: to === undefined ? undefined : BASE_NANO + BigInt(to),
      state: to === undefined ? "unfinished" : "ended",
    });
  const { text, exporter } = await exportTo("speedscope", [
    span("root", 0, 100),
    span("a", 10, 50, "root"),
    span("b", 20, 60, "root"),
    span("hung", 70, undefined, "root"),
  ]);
  const { profiles, shared }: File = JSON.parse(text);
  profiles.forEach(checkProfile);
  const names = profiles.map(({ events }) =>
    events.map(({ type, frame, at }) => `${type} ${shared.frames[frame].name} ${at}`)
  );
  assertEquals(names, [
    ["O root 0", "O a 10", "C a 50", "O hung 70", "C hung 100", "C root 100"],
    ["O b 20", "C b 60"],
  ]);
  assertEquals(profiles.map(({ name }) => name), [
    "root 00000000000000b1",
    "b 00000000000000b1 (lane 2)",
  ]);
  assertEquals(shared.frames[0], { name: "root", file: "shop" });
  assertEquals(exporter.changed, { no_end_time: 1 });
});

Deno.test("odd spans make profiles that hold together", async () => {
  const { profiles }: File = JSON.parse((await exportTo("speedscope", oddSpans())).text);
  profiles.forEach(checkProfile);
  const opened = profiles.flatMap(({ events }) => events).filter(({ type }) => type === "O");
  assertEquals(opened.length, oddSpans().length);
});
