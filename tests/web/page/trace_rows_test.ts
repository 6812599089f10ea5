import { assert, assertEquals } from "@std/assert";
import type { ApiTraceRow } from "../../../src/web/api.ts";
import { ApiError, type PageApi, type TraceRowsQuery } from "../../../src/web/page/page_api.ts";
import { TraceRows } from "../../../src/web/page/traces/trace_rows.ts";

/** A server of a list whose newest trace comes first; the tests wait for its rows. */
class FakeList {
  count: number;
  waiting = 0;
  error: ApiError | undefined;
  readonly asked: number[] = [];
  readonly api: PageApi;
  #changed = Promise.withResolvers<void>();

  constructor(count: number) {
    this.count = count;
    this.api = { traces: (query: TraceRowsQuery) => this.#answer(query) } as unknown as PageApi;
  }

  readonly onChange = (): void => {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  };

  /** Waits until something holds that only changes when rows come. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#changed.promise;
  }

  #answer({ from, limit }: TraceRowsQuery): Promise<unknown> {
    this.asked.push(from);
    if (this.error !== undefined) return Promise.reject(this.error);
    const rows: ApiTraceRow[] = [];
    for (let index = from; index < Math.min(this.count, from + limit); index++) {
      const sequence = this.count - index;
      rows.push({ sequence, trace_id: `t${sequence}` } as ApiTraceRow);
    }
    const waiting = this.waiting;
    this.waiting = 0;
    return Promise.resolve({ list_version: 1, total: this.count, waiting, from, rows });
  }
}

function createRows(list: FakeList): TraceRows & Disposable {
  const rows = new TraceRows(list.api, { where: "", sort: "-start" }, list.onChange);
  return Object.assign(rows, { [Symbol.dispose]: () => rows.stop() });
}

Deno.test("rows are fetched where they can be seen, and nowhere else", async () => {
  const list = new FakeList(200_000);
  using rows = createRows(list);
  rows.show(0, 40, false);
  await list.until(() => rows.rowAt(0) !== undefined);
  assertEquals(rows.total, 200_000);
  rows.show(150_190, 150_230, true);
  await list.until(() => rows.rowAt(150_229) !== undefined);
  assertEquals(rows.rowAt(150_200)?.trace_id, "t49800");
  assertEquals(list.asked, [0, 150_100, 150_200]);
  assertEquals(rows.rowAt(75_000), undefined);
});

Deno.test("a held list stays where it is while new traces come in above", async () => {
  const list = new FakeList(1_000);
  using rows = createRows(list);
  rows.show(0, 40, false);
  await list.until(() => rows.rowAt(0) !== undefined);
  rows.show(300, 340, true);
  await list.until(() => rows.rowAt(339) !== undefined);
  const before = rows.rowAt(320)?.trace_id;
  list.count += 25;
  rows.refresh();
  await list.until(() => rows.newCount > 0 && list.asked.at(-1) === 325);
  await list.until(() => rows.rowAt(320) !== undefined);
  assertEquals(rows.rowAt(320)?.trace_id, before);
  assertEquals([rows.newCount, rows.total], [25, 1_000]);
  rows.show(0, 40, false);
  await list.until(() => rows.rowAt(0)?.trace_id === "t1025");
  assertEquals([rows.newCount, rows.total], [0, 1_025]);
});

Deno.test("a frozen list fetches what has never been there, and nothing again", async () => {
  const list = new FakeList(1_000);
  using rows = createRows(list);
  rows.show(0, 40, true);
  await list.until(() => rows.rowAt(0) !== undefined);
  rows.freeze(true);
  rows.refresh();
  rows.show(200, 240, true);
  await list.until(() => rows.rowAt(200) !== undefined);
  rows.show(0, 40, true);
  assertEquals(list.asked, [0, 200]);
  rows.freeze(false);
  await list.until(() => list.asked.length > 2);
});

Deno.test("rows that a query has not looked at yet are asked for again", async () => {
  const list = new FakeList(10);
  list.waiting = 5;
  using rows = createRows(list);
  rows.show(0, 40, false);
  await list.until(() => rows.waiting === 5);
  await list.until(() => rows.waiting === 0);
  assert(list.asked.length >= 2);
});

Deno.test("a query that cannot be read empties the list; a server that is away leaves it", async () => {
  const list = new FakeList(10);
  using rows = createRows(list);
  rows.show(0, 40, false);
  await list.until(() => rows.rowAt(0) !== undefined);
  list.error = new ApiError("The server does not answer", "away");
  rows.refresh();
  await list.until(() => rows.error !== undefined);
  assertEquals([rows.total, rows.rowAt(0)?.trace_id], [10, "t10"]);
  list.error = new ApiError("Something is missing at column 3", "query", 3);
  rows.refresh();
  await list.until(() => rows.error?.reason === "query");
  assertEquals([rows.total, rows.rowAt(0)], [0, undefined]);
});
