/**
 * The name of the function that called another one, from the stack: `load`, `Shop.load`; for code
 * outside of functions and for functions without a name, that of the file, such as `server.ts`.
 *
 * @param callee The function whose caller is wanted.
 * @returns `unknown` when the runtime does not tell.
 */
export function callerName(callee: (...args: never[]) => unknown): string {
  try {
    const holder: { stack?: unknown } = {};
    // V8 leaves out the frames above, and JavaScriptCore knows this, too.
    Error.captureStackTrace(holder, callee);
    if (typeof holder.stack !== "string") return UNKNOWN;
    const frame = holder.stack.split("\n").find((line) => /^\s+at /.test(line));
    return frame === undefined ? UNKNOWN : nameOfFrame(frame);
  } catch {
    return UNKNOWN;
  }
}

/** The name in a line such as `    at async Shop.load (file:///shop.ts:3:5)`. */
export function nameOfFrame(frame: string): string {
  const [, call, place] = /^\s+at (?:(.+?) \()?(.*?)\)?$/.exec(frame) ?? [];
  const name = call?.replace(/^(?:async |new )+/, "").replace(/ \[as .*\]$/, "")
    // Which object it was called on says nothing when it is only an object, or the module.
    .replace(/^(?:Object|Module|globalThis|Function)\./, "");
  if (name && !name.includes("<") && !ANONYMOUS.has(name)) return name;
  const file = /([^/\\]+?)(?::\d+){0,2}$/.exec((place ?? "").replace(/^async /, ""))?.[1];
  return file || UNKNOWN;
}

const UNKNOWN = "unknown";
const ANONYMOUS = new Set(["anonymous", "eval", "default"]);
