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

for (const size of [{ columns: 80, rows: 24 }, { columns: 120, rows: 40 }]) {
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

terminalTest("with several sessions, view asks which one", async (folder) => {
  await using first = await startTraceCollect(folder, []);
  await using second = await startTraceCollect(folder, []);
  await using terminal = await openView(folder, [], { columns: 100, rows: 20 });
  const screen = await terminal.waitFor((text) => text.includes("Which one?"));
  assertStringIncludes(screen, `(process ${first.pid})`);
  // The newest is the first of the list.
  assert(screen.indexOf(`(process ${second.pid})`) < screen.indexOf(`(process ${first.pid})`));
  await terminal.type("9", "Enter");
  await terminal.waitFor((text) => text.split("Which one?").length === 3);
  await terminal.type("2", "Enter");
  await terminal.waitFor((text) => text.includes(`export TRACE_SOCKET=${first.ready.socket}`));
  await terminal.type("q");
  assertEquals(await terminal.waitForExit(), 0);
});

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
  assert(!(await terminal.ask("#{pane_title}")).includes("pwned"));
});
