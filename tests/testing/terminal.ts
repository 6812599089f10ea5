/** A program in a terminal of its own (tmux), whose screen can be read. */
export interface Terminal extends AsyncDisposable {
  /** Waits until the screen satisfies a condition and returns it. */
  waitFor(condition: (screen: string) => boolean): Promise<string>;
  /** Waits until the program has ended and returns its exit code. */
  waitForExit(): Promise<number>;
  /** Types keys, by tmux's names (`Space`, `C-d`) or as they are. */
  type(...keys: string[]): Promise<void>;
  /** Gives the terminal another size. */
  resize(columns: number, rows: number): Promise<void>;
  /** Asks tmux something about the terminal, such as `#{alternate_on}`. */
  ask(format: string): Promise<string>;
}

/** Options of {@linkcode openTerminal}. */
export interface TerminalOptions {
  env?: Record<string, string>;
  /** Where the command runs. @default where the tests do */
  cwd?: string;
  /** @default 120 */
  columns?: number;
  /** @default 40 */
  rows?: number;
}

const POLL_MS = 50;
const TIMEOUT_MS = 20_000;

/** Whether there is a tmux to run programs in. */
export async function hasTmux(): Promise<boolean> {
  try {
    return (await new Deno.Command("tmux", { args: ["-V"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Runs a command in a terminal, which stays open when the command has ended.
 *
 * @param folder Folder for tmux's own socket.
 */
export async function openTerminal(
  folder: string,
  command: readonly string[],
  options: TerminalOptions = {},
): Promise<Terminal> {
  const { env = {}, cwd = ".", columns = 120, rows = 40 } = options;
  const base = ["-S", `${folder}/tmux`, "-f", "/dev/null"];
  async function tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", { args: [...base, ...args], env }).output();
    return new TextDecoder().decode(stdout);
  }
  const size = ["-c", cwd, "-x", String(columns), "-y", String(rows)];
  // Two commands in one call, so that even a command that ends at once leaves its screen.
  const stay = [";", "set-option", "-w", "remain-on-exit", "on"];
  await tmux("new-session", "-d", ...size, ...command, ...stay);
  async function ask(format: string): Promise<string> {
    return (await tmux("display-message", "-p", format)).trim();
  }
  return {
    async waitForExit(): Promise<number> {
      const deadline = Date.now() + TIMEOUT_MS;
      while (await ask("#{pane_dead}") !== "1") {
        if (Date.now() > deadline) throw new Error("The program did not end");
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      return Number(await ask("#{pane_dead_status}"));
    },
    async waitFor(condition): Promise<string> {
      const deadline = Date.now() + TIMEOUT_MS;
      while (true) {
        const screen = await tmux("capture-pane", "-p");
        if (condition(screen)) return screen;
        if (Date.now() > deadline) throw new Error(`The screen stayed at:\n${screen}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async type(...keys): Promise<void> {
      await tmux("send-keys", ...keys);
    },
    async resize(toColumns, toRows): Promise<void> {
      await tmux("resize-window", "-x", String(toColumns), "-y", String(toRows));
    },
    ask,
    async [Symbol.asyncDispose](): Promise<void> {
      await tmux("kill-server");
    },
  };
}
