import { assert, assertEquals } from "@std/assert";

const PROGRAM = new URL("./_view_program.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
/** The longest that a program may take to show something on a busy machine. */
const PATIENCE_MS = 30_000;

/** A tmux server of its own with one shell in one pane. */
class Tmux implements AsyncDisposable {
  readonly #socket: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#socket = `${folder}/tmux.sock`;
  }

  static async open(columns: number, rows: number): Promise<Tmux> {
    const tmux = new Tmux(await Deno.makeTempDir({ prefix: "tui-" }));
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    await tmux.call("-f", "/dev/null", "new-session", "-d", "-s", "s", ...size, "sh");
    return tmux;
  }

  async call(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", {
      args: ["-u", "-S", this.#socket, ...args],
      env: { LC_ALL: "C.UTF-8", PS1: "$ " },
    });
    const { stdout } = await command.output();
    return new TextDecoder().decode(stdout);
  }

  async run(...args: string[]): Promise<void> {
    const words = [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "--config",
      CONFIG,
      PROGRAM,
      ...args,
    ];
    await this.type(words.map((word) => `'${word}'`).join(" "), "Enter");
  }

  async type(...keys: string[]): Promise<void> {
    await this.call("send-keys", "-t", "s", ...keys);
  }

  async screen(): Promise<string> {
    const text = await this.call("capture-pane", "-p", "-t", "s");
    return text.replace(/[ ]+$/gm, "");
  }

  /** Waits until the screen shows a text; returns the screen. */
  until(text: string): Promise<string> {
    return this.#poll((screen) => screen.includes(text), `"${text}" never came`);
  }

  /** Waits until the screen shows this text and nothing else. */
  async untilWhole(expected: string): Promise<void> {
    await this.#poll((screen) => screen === expected, `Never came:\n${expected}`);
  }

  async #poll(isThere: (screen: string) => boolean, failure: string): Promise<string> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const screen = await this.screen();
      if (isThere(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`${failure}, but:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Whether a full-screen program has the pane, the cursor is shown, lines wrap, the mouse is listened to. */
  async modes(): Promise<string> {
    const format = "#{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag}";
    return (await this.call("display-message", "-p", "-t", "s", format)).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.call("kill-server");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function golden(name: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(`./golden/${name}.txt`, import.meta.url));
  return text.replace(/ \*$/gm, "");
}

const hasTmux = await new Deno.Command("tmux", { args: ["-V"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);
const ignore = !hasTmux;

Deno.test({
  name: "a real terminal shows the golden frame, and gets back what was there before",
  ignore,
  fn: async () => {
    await using tmux = await Tmux.open(80, 24);
    await tmux.type("echo before", "Enter");
    await tmux.run("file");
    await tmux.untilWhole(await golden("file_80x24"));
    assertEquals(await tmux.modes(), "1 0 0 1");
    await tmux.type("?");
    await tmux.until("Everywhere");
    await tmux.type("x", "q");
    const after = await tmux.until("left by quit");
    assert(after.includes("before"));
    assertEquals(await tmux.modes(), "0 1 1 0");
  },
});

Deno.test({
  name: "a real terminal of another size shows that size's golden frame after a resize",
  ignore,
  fn: async () => {
    await using tmux = await Tmux.open(70, 10);
    await tmux.run("live");
    await tmux.until("FOLLOW");
    await tmux.call("resize-window", "-t", "s", "-x", "120", "-y", "40");
    await tmux.untilWhole(await golden("follow_120x40"));
    await tmux.type("C-c");
    await tmux.until("left by quit");
  },
});

Deno.test({
  name: "an error nobody caught leaves a real terminal as it was",
  ignore,
  fn: async () => {
    await using tmux = await Tmux.open(80, 24);
    await tmux.run("throw");
    await tmux.until("thrown on purpose");
    assertEquals(await tmux.modes(), "0 1 1 0");
    await tmux.type("echo echo$((1+1))", "Enter");
    await tmux.until("echo2");
  },
});

Deno.test({
  name: "Ctrl+Z gives a real terminal back, and fg takes it again",
  ignore,
  fn: async () => {
    await using tmux = await Tmux.open(80, 24);
    await tmux.run("file");
    await tmux.untilWhole(await golden("file_80x24"));
    await tmux.type("C-z");
    await tmux.until("Stopped");
    assertEquals(await tmux.modes(), "0 1 1 0");
    await tmux.type("fg", "Enter");
    await tmux.untilWhole(await golden("file_80x24"));
    assertEquals(await tmux.modes(), "1 0 0 1");
    await tmux.type("q");
    await tmux.until("left by quit");
    assertEquals(await tmux.modes(), "0 1 1 0");
  },
});
