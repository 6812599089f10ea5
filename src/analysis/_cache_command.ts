import { isId } from "./normalize_path.ts";

/**
 * Brings a command for a cache into the form that all share which differ in keys and values alone:
 * `get user:123:name` becomes `GET user:{id}:name`, `SET user:123 "…"` becomes `SET user:{id} ?`. Of a
 * pipeline, the first line is taken.
 */
export function normalizeCacheCommand(text: string, onValue?: (value: string) => void): string {
  const [, command = "", key, rest] = COMMAND.exec(text) ?? [];
  const verb = command.toUpperCase();
  if (key === undefined) return verb;
  const shape = key.replace(KEY_PART, (part) => isId(part) ? "{id}" : part);
  if (shape !== key) onValue?.(key);
  return rest === undefined ? `${verb} ${shape}` : `${verb} ${shape} ?`;
}

const COMMAND = /^\s*(\S+)(?:[^\S\n]+(\S+)(?:[^\S\n]+(\S))?)?/;
/** A UUID is one part, though it has dashes. */
const KEY_PART = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^:/.|{}_-]+/gi;
