import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startTraceCollect, traceCommand } from "../../scripts/start_collector.ts";
import { endLine, startLine } from "../testing/events.ts";
import { assertGolden } from "../testing/golden.ts";
import { sendEvents } from "../testing/send_events.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { hasTmux, openTerminal, type Terminal } from "../testing/terminal.ts";
import { sessionEnv } from "../testing/trace_process.ts";

const isTmuxThere = await hasTmux();
if (!isTmuxThere) console.log("tmux is missing: the tests in a real terminal are skipped");

function terminalTest(name: string, test: (folder: string) => Promise<void>): void {
  Deno.test({ name, ignore: !isTmuxThere, fn: () => inTemporaryFolder(test) });
}

/** Opens `trace view` in a terminal; time zone, colours and sessions are fixed. */
function openView(
  folder: string,
  args: string[],
  size: { columns: number; rows: number },
): Promise<Terminal> {
  const { command, args: first } = traceCommand();
  const env = { ...sessionEnv(folder), TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  return openTerminal(folder, [command, ...first, "view", ...args], { env, cwd: folder, ...size });
}

/** Two requests with queries, an error, wide characters, and a span that never ended. */
function sampleEvents(): string {
  const sql = { kind: 2, parent_id: "b", time: "2026-03-11T10:00:00.012Z" };
  const query = "SELECT * FROM users WHERE id = 7";
  const at = (time: string): Record<string, unknown> => ({ time: `2026-03-11T10:00:${time}Z` });
  return [
    startLine("a", { name: "GET /users/7", kind: 1, ...at("00.000") }),
    startLine("b", { name: "UserService.get", parent_id: "a", ...at("00.010") }),
    startLine("c", { name: "SQL Query", ...sql }),
    endLine("c", { ...at("00.052"), attrs: { query } }),
    endLine("b", at("00.070")),
    endLine("a", { ...at("00.100"), attrs: { method: "GET", path: "/users/7", status: "200" } }),
    startLine("d", { trace_id: "t2", name: "POST /注文/🧾", kind: 1, ...at("01.000") }),
    startLine("e", { trace_id: "t2", parent_id: "d", name: "charge card", ...at("01.001") }),
    endLine("e", { trace_id: "t2", ...at("01.500"), attrs: { error: "card declined" } }),
    endLine("d", { trace_id: "t2", ...at("01.501"), attrs: { status: "500" } }),
    startLine("f", { trace_id: "t3", name: "worker.poll", ...at("02.000") }),
  ].join("");
}

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 220, rows: 50 },
];
for (const size of SIZES) {
  const name = `${size.columns}x${size.rows}`;
  terminalTest(`a recording looks as it should at ${name}`, async (folder) => {
    await Deno.writeTextFile(`${folder}/events`, sampleEvents());
    // By its name alone: the folder's is another one each time.
    await using terminal = await openView(folder, ["events"], size);
    const screen = await terminal.waitFor((text) => text.includes("end of file"));
    await assertGolden(new URL(`./golden/view_${name}.txt`, import.meta.url), screen);
  });
}

terminalTest(
  "go-trace's keys move, fold, page and quit, and the screen comes back",
  async (folder) => {
    let events = "";
    for (let index = 0; index < 30; index++) {
      const ids = { trace_id: `t${index}` };
      events += startLine(`r${index}`, { ...ids, name: `root ${index}` });
      events += startLine(`c${index}`, { ...ids, parent_id: `r${index}`, name: `child ${index}` });
      events += endLine(`c${index}`, ids) + endLine(`r${index}`, ids);
    }
    await Deno.writeTextFile(`${folder}/events`, events);
    await using terminal = await openView(folder, [`${folder}/events`], { columns: 80, rows: 24 });
    const isSelected = (name: string) => (screen: string): boolean =>
      screen.split("\n").some((line) => line.startsWith("┃") && line.includes(`${name} `));
    await terminal.waitFor(isSelected("root 0"));
    await terminal.type("j", "j");
    await terminal.waitFor(isSelected("root 2"));
    await terminal.type("k");
    await terminal.waitFor(isSelected("root 1"));
    await terminal.type("Space");
    await terminal.waitFor((screen) => !screen.includes("child 1 "));
    await terminal.type("Space");
    await terminal.waitFor((screen) => screen.includes("child 1 "));
    await terminal.type("G");
    await terminal.waitFor(isSelected("root 29"));
    await terminal.type("C-u");
    await terminal.waitFor((screen) => !isSelected("root 29")(screen));
    await terminal.type("C-d");
    await terminal.waitFor(isSelected("root 29"));
    await terminal.type("g");
    await terminal.waitFor(isSelected("root 0"));
    await terminal.type("?");
    await terminal.waitFor((screen) => screen.includes("next trace"));
    await terminal.type("Escape");
    await terminal.waitFor(isSelected("root 0"));
    await terminal.resize(60, 10);
    await terminal.waitFor((screen) => isSelected("root 0")(screen) && !screen.includes("root 9 "));
    assertEquals(await terminal.ask("#{alternate_on}"), "1");
    await terminal.type("q");
    assertEquals(await terminal.waitForExit(), 0);
    assertEquals(await terminal.ask("#{alternate_on}"), "0");
  },
);

terminalTest("a live session: running spans grow, and end where they are", async (folder) => {
  await using collector = await startTraceCollect(folder, []);
  const socket = collector.ready.socket as string;
  await using terminal = await openView(folder, [], { columns: 100, rows: 20 });
  await terminal.waitFor((screen) => screen.includes(`export TRACE_SOCKET=${socket}`));
  using program = await Deno.connect({ transport: "unix", path: socket });
  const now = new Date().toISOString();
  await program.write(new TextEncoder().encode(startLine("a", { name: "slow job", time: now })));
  const first = await terminal.waitFor((screen) => /slow job.*running \d/.test(screen));
  const running = /running [^…]+…/.exec(first)?.[0] as string;
  await terminal.waitFor((screen) => /slow job.*running/.test(screen) && !screen.includes(running));
  const end = new Date().toISOString();
  await program.write(new TextEncoder().encode(endLine("a", { time: end })));
  await terminal.waitFor((screen) => screen.includes("slow job") && !screen.includes("running "));
  await program.write(new TextEncoder().encode(startLine("b", { name: "last words", time: now })));
  await terminal.waitFor((screen) => screen.includes("last words"));
  program.close();
  await terminal.waitFor((screen) => /last words.*unfinished/.test(screen));
  await collector.stop();
  await terminal.waitFor((screen) => screen.includes("session ended"));
});

terminalTest("with several sessions, view lets choose among them", async (folder) => {
  await using first = await startTraceCollect(folder, []);
  await using second = await startTraceCollect(folder, []);
  await using terminal = await openView(folder, [], { columns: 100, rows: 20 });
  const screen = await terminal.waitFor((text) => text.includes("Which one?"));
  assertStringIncludes(screen, `process ${first.pid}`);
  // The newest is the first of the list.
  assert(screen.indexOf(`process ${second.pid}`) < screen.indexOf(`process ${first.pid}`));
  await terminal.type("Down");
  await terminal.waitFor((text) => /▌2 .*process/.test(text));
  await terminal.type("Enter");
  // The first key after the choice is the view's.
  await terminal.waitFor((text) => text.includes(`export TRACE_SOCKET=${first.ready.socket}`));
  await terminal.type("q");
  assertEquals(await terminal.waitForExit(), 0);
});

terminalTest(
  "without a session, view lets choose among the folder's trace files",
  async (folder) => {
    await Deno.writeTextFile(`${folder}/events`, sampleEvents());
    await Deno.writeTextFile(`${folder}/notes.txt`, "no spans in here\n");
    await using terminal = await openView(folder, [], { columns: 100, rows: 20 });
    const screen = await terminal.waitFor((text) => text.includes("Which of the trace files"));
    assertStringIncludes(screen, "events");
    assert(!screen.includes("notes.txt"));
    await terminal.type("Enter");
    await terminal.waitFor((text) => text.includes("GET /users/7") && text.includes("end of file"));
    await terminal.type("q");
    assertEquals(await terminal.waitForExit(), 0);
  },
);

terminalTest("a query typed with completion shows what it finds, until Esc", async (folder) => {
  await Deno.writeTextFile(`${folder}/events`, sampleEvents());
  await using terminal = await openView(folder, ["events"], { columns: 100, rows: 24 });
  await terminal.waitFor((text) => text.includes("end of file"));
  await terminal.type(":");
  await terminal.waitFor((text) => text.includes("Enter applies"));
  await terminal.type("erro", "Tab");
  await terminal.waitFor((text) => text.includes("query: error"));
  await terminal.type("Enter");
  await terminal.waitFor((text) =>
    text.includes("where error") && text.includes("1 trace ") && !text.includes("GET /users/7")
  );
  await terminal.type("Escape");
  await terminal.waitFor((text) => text.includes("3 traces") && !text.includes("where error"));
  await terminal.type("s", "s", "s");
  await terminal.waitFor((text) => text.includes("sort: duration"));
  await terminal.type("Enter");
  await terminal.waitFor((text) => text.includes("row 1/"));
  await terminal.type("q", "2");
  await terminal.waitFor((text) => text.includes("TOTAL"));
});

terminalTest("a recording is played again, and what ran then runs", async (folder) => {
  await Deno.writeTextFile(`${folder}/events`, sampleEvents());
  await using terminal = await openView(folder, ["events"], { columns: 100, rows: 24 });
  await terminal.waitFor((text) => text.includes("end of file"));
  await terminal.type("P");
  await terminal.waitFor((text) => text.includes("⏸ 1× 00:00.000") && text.includes("1 trace "));
  await terminal.type(".");
  await terminal.waitFor((text) => text.includes("00:01.000") && text.includes("2 traces"));
  await terminal.type("Space");
  await terminal.waitFor((text) =>
    /⏸ 1× 00:0[12]\.\d+ \/ /.test(text) && text.includes("3 traces")
  );
  await terminal.type("P");
  await terminal.waitFor((text) => !text.includes("⏸"));
});

terminalTest("the mouse selects, folds, scrolls and switches tabs", async (folder) => {
  await Deno.writeTextFile(`${folder}/events`, sampleEvents());
  await using terminal = await openView(folder, ["events"], { columns: 100, rows: 24 });
  await terminal.waitFor((text) => text.includes("end of file"));
  assertEquals(await terminal.ask("#{mouse_any_flag}#{mouse_sgr_flag}"), "11");
  const click = (column: number, row: number): Promise<void> =>
    terminal.type("-l", `\x1b[<0;${column + 1};${row + 1}M\x1b[<0;${column + 1};${row + 1}m`);
  await click(20, 4);
  await terminal.waitFor((text) => text.split("\n")[4].startsWith("┃▾"));
  await click(1, 4);
  await terminal.waitFor((text) => text.split("\n")[4].startsWith("┃▸"));
  await click(14, 0);
  await terminal.waitFor((text) => text.includes("TOTAL"));
  await terminal.type("q");
  assertEquals(await terminal.waitForExit(), 0);
  assertEquals(await terminal.ask("#{mouse_any_flag}"), "0");
});

terminalTest("--no-mouse leaves the mouse to the terminal", async (folder) => {
  await Deno.writeTextFile(`${folder}/events`, sampleEvents());
  const size = { columns: 80, rows: 24 };
  await using terminal = await openView(folder, ["events", "--no-mouse"], size);
  await terminal.waitFor((text) => text.includes("end of file"));
  assertEquals(await terminal.ask("#{mouse_any_flag}"), "0");
});

/** Tells its process id, and stays when the view has ended. */
const STAYING = `sh -c 'echo $$ >pid; exec "$@"' x "$@"; echo left; exec cat`;

for (const signal of ["TERM", "HUP", "INT"]) {
  terminalTest(
    `SIG${signal} after a hundred resizes leaves the terminal as it was`,
    async (folder) => {
      await Deno.writeTextFile(`${folder}/events`, sampleEvents());
      const { command, args } = traceCommand();
      const view = ["sh", "-c", STAYING, "x", command, ...args, "view", "events"];
      const env = { ...sessionEnv(folder), TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
      await using terminal = await openTerminal(folder, view, { env, cwd: folder });
      await terminal.waitFor((text) => text.includes("end of file"));
      for (let turn = 0; turn < 100; turn++) {
        await terminal.resize(20 + (turn * 37) % 200, 3 + (turn * 13) % 50);
      }
      await terminal.resize(100, 12);
      await terminal.waitFor((text) => text.includes("end of file"));
      const pid = (await Deno.readTextFile(`${folder}/pid`)).trim();
      await new Deno.Command("kill", { args: [`-${signal}`, pid] }).output();
      await terminal.waitFor((text) => text.includes("left"));
      const modes = "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{wrap_flag}";
      assertEquals(await terminal.ask(modes), "0101");
    },
  );
}

terminalTest("names that try to control the terminal stay text", async (folder) => {
  await using collector = await startTraceCollect(folder, []);
  const hostile = [
    "\x1b]0;pwned title\x07",
    "\x1b[2J\x1b[H",
    "\x1b]52;c;cHduZWQ=\x07",
    "\u009b2J",
    "\u202egnp.exe",
    "new\nline\rreturn\ttab",
  ];
  await sendEvents(
    collector.ready.socket as string,
    ...hostile.map((name, index) =>
      startLine(`h${index}`, { name, trace_id: `t${index}` }) +
      endLine(`h${index}`, { trace_id: `t${index}`, attrs: { [name]: name, error: name } })
    ),
    startLine("z", { name: "still here", trace_id: "z" }) + endLine("z", { trace_id: "z" }),
  );
  await using terminal = await openView(folder, [], { columns: 100, rows: 30 });
  const screen = await terminal.waitFor((text) => text.includes("still here"));
  assertStringIncludes(screen, "pwned title");
  assert(screen.includes("gnp.exe") && screen.includes("return"));
  // Through the other pages, too: the trace with its details, the statistics, completion by names and values.
  await terminal.type("g", "Enter");
  await terminal.waitFor((text) => text.includes("row 1/"));
  await terminal.type("q", "2");
  await terminal.waitFor((text) => text.includes("TOTAL"));
  await terminal.type("3", "1", ":", "name = ");
  await terminal.waitFor((text) => text.includes("query: name =") && text.includes("│"));
  await terminal.type("Tab");
  await terminal.waitFor((text) => /query: name = ["`a-z]/.test(text));
  await terminal.type("C-u", ".");
  await terminal.waitFor((text) => text.includes("attribute"));
  await terminal.type("Escape");
  assert(!(await terminal.ask("#{pane_title}")).includes("pwned"));
  assertEquals(await terminal.ask("#{buffer_sample}"), "");
});
