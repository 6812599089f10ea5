import { fileURLToPath } from "node:url";
import { traceCommand } from "./start_collector.ts";

/**
 * Draws what a real terminal shows as an SVG file, for the README:
 *
 *     deno run -A scripts/screenshot.ts docs/images/view.svg
 *
 * A session is started, a program sends it the spans of `sampleEvents`, and the screen of `trace view`
 * is read from tmux.
 */
async function main(output: string): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "trace-shot-" });
  const env = {
    XDG_RUNTIME_DIR: folder,
    TMPDIR: folder,
    TRACE_SOCKET: "",
    COLORTERM: "",
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
    let screen = "";
    for (let turn = 0; turn < 100 && !screen.includes("running 3"); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      screen = await tmux("capture-pane", "-p", "-e");
    }
    await Deno.writeTextFile(output, drawScreen(screen));
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

/** The 16 colours of a terminal, on a dark background. */
const PALETTE = [
  ...["#1c2128", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#c9d1d9"],
  ...["#8b949e", "#ffa198", "#aff5b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff"],
];
const FOREGROUND = "#c9d1d9";
const BACKGROUND = "#0d1117";
const CELL_WIDTH = 8.43;
const CELL_HEIGHT = 18;

interface Pen {
  color: string;
  background: string | undefined;
  isBold: boolean;
  isDim: boolean;
  isInverse: boolean;
}

/** Draws a screen as tmux captures it, one text element a run of equal style. */
function drawScreen(screen: string): string {
  const width = COLUMNS * CELL_WIDTH + 24;
  const height = ROWS * CELL_HEIGHT + 24;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
  ];
  const pen: Pen = {
    color: FOREGROUND,
    background: undefined,
    isBold: false,
    isDim: false,
    isInverse: false,
  };
  for (const [row, line] of screen.trimEnd().split("\n").entries()) {
    let column = 0;
    // deno-lint-ignore no-control-regex -- the escape sequences of colours
    for (const piece of line.split(/(\x1b\[[0-9;]*m)/)) {
      // deno-lint-ignore no-control-regex -- see above
      const codes = /^\x1b\[([0-9;]*)m$/.exec(piece);
      if (codes !== null) applyStyle(pen, codes[1]);
      else if (piece !== "") {
        parts.push(drawRun(piece, column, row, pen));
        column += [...piece].length;
      }
    }
  }
  return [...parts, "</g>", "</svg>", ""].join("\n");
}

function drawRun(text: string, column: number, row: number, pen: Pen): string {
  const x = (12 + column * CELL_WIDTH).toFixed(1);
  const y = 12 + row * CELL_HEIGHT;
  const length = ([...text].length * CELL_WIDTH).toFixed(1);
  const color = pen.isInverse ? pen.background ?? BACKGROUND : pen.color;
  const background = pen.isInverse ? pen.color : pen.background;
  const box = background === undefined
    ? ""
    : `<rect x="${x}" y="${y}" width="${length}" height="${CELL_HEIGHT}" fill="${background}"/>`;
  const style = (pen.isBold ? ' font-weight="bold"' : "") + (pen.isDim ? ' opacity="0.65"' : "");
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `${box}<text x="${x}" y="${
    y + 13
  }" textLength="${length}" lengthAdjust="spacingAndGlyphs" ` +
    `fill="${color}"${style}>${escaped.replaceAll(" ", "\u00a0")}</text>`;
}

function applyStyle(pen: Pen, codes: string): void {
  for (const code of codes.split(";").map(Number)) {
    if (code === 0) {
      Object.assign(pen, {
        color: FOREGROUND,
        background: undefined,
        isBold: false,
        isDim: false,
        isInverse: false,
      });
    } else if (code === 1) pen.isBold = true;
    else if (code === 2) pen.isDim = true;
    else if (code === 7) pen.isInverse = true;
    else if (code === 22) pen.isBold = pen.isDim = false;
    else if (code === 27) pen.isInverse = false;
    else if (code >= 30 && code <= 37) pen.color = PALETTE[code - 30];
    else if (code >= 90 && code <= 97) pen.color = PALETTE[code - 82];
    else if (code === 39) pen.color = FOREGROUND;
    else if (code >= 40 && code <= 47) pen.background = PALETTE[code - 40];
    else if (code === 49) pen.background = undefined;
  }
}

if (import.meta.main) {
  await main(Deno.args[0] ?? fileURLToPath(new URL("../docs/images/view.svg", import.meta.url)));
}
