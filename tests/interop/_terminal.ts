/** A program in a terminal of its own (tmux), whose screen can be read. */
export interface Terminal extends AsyncDisposable {
  /** Waits until the screen satisfies a condition and returns it. */
  waitFor(condition: (screen: string) => boolean): Promise<string>;
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
 * Runs a command in a terminal of 120 × 40 characters.
 *
 * @param folder Folder for tmux's own socket.
 */
export async function openTerminal(
  folder: string,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Terminal> {
  const base = ["-S", `${folder}/tmux`, "-f", "/dev/null"];
  async function tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", { args: [...base, ...args], env }).output();
    return new TextDecoder().decode(stdout);
  }
  await tmux("new-session", "-d", "-x", "120", "-y", "40", ...command);
  return {
    async waitFor(condition): Promise<string> {
      const deadline = Date.now() + TIMEOUT_MS;
      while (true) {
        const screen = await tmux("capture-pane", "-p");
        if (condition(screen)) return screen;
        if (Date.now() > deadline) throw new Error(`The screen stayed at:\n${screen}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await tmux("kill-server");
    },
  };
}
