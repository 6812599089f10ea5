import { spawn } from "node:child_process";
import process from "node:process";

/**
 * Opens an address in the user's browser: the one that `BROWSER` names, else the one the system knows.
 *
 * @param url An http address.
 * @param env Reads a variable of the environment.
 * @returns Whether a program to open it with could be started.
 */
export async function openBrowser(
  url: string,
  env: (name: string) => string | undefined,
): Promise<boolean> {
  for (const [program, ...args] of browserCommands(url, env("BROWSER"))) {
    if (await isStarted(program, args)) return true;
  }
  return false;
}

/** Whether there is a screen on which a browser could appear. */
export function hasDisplay(env: (name: string) => string | undefined): boolean {
  if (env("BROWSER") !== undefined) return true;
  if (process.platform === "win32") return true;
  if (process.platform === "darwin") return env("SSH_CONNECTION") === undefined;
  return env("DISPLAY") !== undefined || env("WAYLAND_DISPLAY") !== undefined;
}

/** The commands to try, in this order. `BROWSER` may list several, with `%s` where the address belongs. */
function browserCommands(url: string, browser: string | undefined): string[][] {
  const separator = process.platform === "win32" ? ";" : ":";
  const named = (browser?.split(separator) ?? []).filter((each) => each.trim() !== "")
    .map((command) => {
      const words = command.trim().split(/\s+/);
      return words.some((word) => word.includes("%s"))
        ? words.map((word) => word.replaceAll("%s", () => url))
        : [...words, url];
    });
  return [...named, SYSTEM_COMMANDS[process.platform]?.(url) ?? ["xdg-open", url]];
}

const SYSTEM_COMMANDS: Partial<Record<string, (url: string) => string[]>> = {
  darwin: (url) => ["open", url],
  // Not cmd's start, to which an ampersand in the address would be another command.
  win32: (url) => ["rundll32", "url.dll,FileProtocolHandler", url],
};

/** Starts a program that goes on when this one ends. */
function isStarted(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
