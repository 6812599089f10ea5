import { isDeno } from "./is_deno.ts";
import process from "node:process";

/** The command that starts this program again: the executable, or the runtime with the program's main file. */
export function ownCommand(): string[] {
  if (!isDeno()) return [process.execPath, process.argv[1]];
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--allow-all", "--no-prompt", Deno.mainModule];
}
