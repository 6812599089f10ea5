import { fileURLToPath } from "node:url";
import { DARK_THEME, drawScreen, LIGHT_THEME, type TerminalTheme } from "./draw_screen.ts";
import { traceCommand } from "./start_collector.ts";

/** A picture of the terminal view: keys, and what the screen shows then. */
interface Shot {
  readonly file: string;
  readonly keys: readonly string[];
  /** What is on the screen when it can be taken. */
  readonly until: string;
}

const SHOTS: readonly Shot[] = [
  { file: "view.svg", keys: [], until: "running 3" },
  { file: "view_trace.svg", keys: ["g", "j", "Enter"], until: "Orders.place" },
  { file: "view_query.svg", keys: ["q", ":", "error && dur"], until: "duration" },
];

/**
 * Draws what a real terminal shows as SVG files, for the README and the documentation:
 *
 *     deno run -A scripts/screenshot.ts docs/images
 *
 * A session is started, a program sends it the spans of `sampleEvents`, and the screen of `trace view`
 * is read from tmux.
 *
 * @param theme How the terminal looks.
 */
async function main(folderOut: string, theme: TerminalTheme): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "trace-shot-" });
  const env = {
    XDG_RUNTIME_DIR: folder,
    TMPDIR: folder,
    TRACE_SOCKET: "",
    COLORTERM: "",
    // Pictures have colours, whoever makes them.
    NO_COLOR: "",
    LC_ALL: "C.UTF-8",
  };
  async function tmux(...args: string[]): Promise<string> {
    const base = ["-S", `${folder}/tmux`, "-f", "/dev/null"];
    const command = new Deno.Command("tmux", { args: [...base, ...args], env });
    return new TextDecoder().decode((await command.output()).stdout);
  }
  const { command, args } = traceCommand();
  const socket = `${folder}/events.sock`;
  const collector = new Deno.Command(command, {
    args: [...args, "collect", "--quiet", "--json", "--socket", socket],
    env,
    stdout: "piped",
  }).spawn();
  try {
    const reader = collector.stdout.getReader();
    await reader.read();
    using program = await Deno.connect({ transport: "unix", path: socket });
    await program.write(new TextEncoder().encode(sampleEvents(Date.now())));
    const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
    await tmux("new-session", "-d", ...size, command, ...args, "view");
    for (const { file, keys, until } of SHOTS) {
      for (const key of keys) {
        await tmux("send-keys", key);
        // Time for the Escape key to be told from a sequence.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      let screen = "";
      for (let turn = 0; turn < 100 && !screen.includes(until); turn++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        screen = await tmux("capture-pane", "-p", "-e");
      }
      const svg = drawScreen(screen, { columns: COLUMNS, rows: ROWS, theme });
      await Deno.writeTextFile(`${folderOut}/${file}`, svg);
    }
    await tmux("kill-server");
    collector.kill("SIGTERM");
    await reader.cancel();
    await collector.status;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const COLUMNS = 110;
const ROWS = 22;

/** The spans of a small shop: a page, a failing order, a page with a query a row, and a hung export. */
function sampleEvents(nowMs: number): string {
  let events = "";
  let ids = 0;
  function event(type: number, fields: Record<string, unknown>, atMs: number): void {
    const time = new Date(nowMs + atMs).toISOString();
    events += JSON.stringify({ type, name: "", kind: 0, time, ...fields }) + "\n";
  }
  function span(
    fields: { trace: string; parent?: string; name: string; kind: number },
    fromMs: number,
    toMs: number | undefined,
    attrs?: Record<string, string>,
  ): string {
    const span_id = `s${ids++}`;
    const { trace: trace_id, parent: parent_id, name, kind } = fields;
    event(0, { span_id, trace_id, parent_id, name, kind }, fromMs);
    if (toMs !== undefined) event(1, { span_id, trace_id, attrs }, toMs);
    return span_id;
  }
  const home = span({ trace: "a", name: "GET /products", kind: 1 }, -5000, -4958, {
    method: "GET",
    path: "/products",
    status: "200",
  });
  const list = span({ trace: "a", parent: home, name: "Catalogue.list", kind: 0 }, -4998, -4961);
  span({ trace: "a", parent: list, name: "SQL Query", kind: 2 }, -4996, -4971, {
    query: "SELECT id, name, price FROM products ORDER BY name",
  });
  const order = span({ trace: "b", name: "POST /orders", kind: 1 }, -4200, -3873, {
    method: "POST",
    path: "/orders",
    status: "500",
  });
  const place = span({ trace: "b", parent: order, name: "Orders.place", kind: 0 }, -4198, -3876, {
    error: "card declined",
  });
  span({ trace: "b", parent: place, name: "SQL Exec", kind: 2 }, -4196, -4188, {
    query: "INSERT INTO orders (user_id, total) VALUES (7, 42)",
  });
  span({ trace: "b", parent: place, name: "POST /charge", kind: 1 }, -4180, -3880, {
    method: "POST",
    path: "/charge",
    status: "402",
  });
  const cart = span({ trace: "c", name: "GET /cart", kind: 1 }, -3600, -3548, {
    method: "GET",
    path: "/cart",
    status: "200",
  });
  for (let row = 0; row < 5; row++) {
    const from = -3597 + row * 9;
    span({ trace: "c", parent: cart, name: "SQL Query", kind: 2 }, from, from + 7.5, {
      query: `SELECT * FROM products WHERE id = ${row + 3}`,
    });
  }
  const report = span({ trace: "d", name: "GET /report.csv", kind: 1 }, -2900, undefined);
  const build = span(
    { trace: "d", parent: report, name: "Report.build", kind: 0 },
    -2897,
    undefined,
  );
  span({ trace: "d", parent: build, name: "SQL Query", kind: 2 }, -2890, -2610, {
    query: "SELECT * FROM orders JOIN users ON users.id = orders.user_id",
  });
  span({ trace: "d", parent: build, name: "Report.upload", kind: 0 }, -2600, undefined);
  return events;
}

if (import.meta.main) {
  const [folder, theme] = Deno.args;
  await main(
    folder ?? fileURLToPath(new URL("../docs/images", import.meta.url)),
    theme === "light" ? LIGHT_THEME : DARK_THEME,
  );
}
