import process from "node:process";
import { isDeno } from "./is_deno.ts";

/** What to do when the program ends. Neither may throw. */
export interface ProgramEndHandlers {
  /**
   * Nothing is left to do and the program is about to end: a promise holds it back until it settles.
   * Asked again afterwards, so that it has to answer `undefined` at some time.
   */
  beforeEnd(): Promise<void> | undefined;
  /** The program is exiting or failing right now: only what happens synchronously will happen. */
  atExit(): void;
}

/**
 * Calls back when the program ends by itself, by an explicit exit, or by an error nobody caught.
 *
 * @returns A function that takes the handlers back.
 */
export function onProgramEnd(handlers: ProgramEndHandlers): () => void {
  return isDeno() ? onDenoEnd(handlers) : onNodeEnd(handlers);
}

function onDenoEnd(handlers: ProgramEndHandlers): () => void {
  function beforeUnload(event: Event): void {
    // A cancelled event makes the event loop run on.
    if (handlers.beforeEnd() !== undefined) event.preventDefault();
  }
  function atExit(): void {
    handlers.atExit();
  }
  const listeners = [
    ["beforeunload", beforeUnload],
    ["unload", atExit],
    // Deno ends without "unload" after these. Listening alone does not change that it ends.
    ["error", atExit],
    ["unhandledrejection", atExit],
  ] as const;
  for (const [type, listener] of listeners) globalThis.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of listeners) globalThis.removeEventListener(type, listener);
  };
}

function onNodeEnd(handlers: ProgramEndHandlers): () => void {
  function beforeExit(): void {
    handlers.beforeEnd();
  }
  function atExit(): void {
    handlers.atExit();
  }
  process.on("beforeExit", beforeExit);
  process.on("exit", atExit);
  return () => {
    process.off("beforeExit", beforeExit);
    process.off("exit", atExit);
  };
}
