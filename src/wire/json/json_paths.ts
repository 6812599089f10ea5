/**
 * The paths of the values at the beginning of a JSON text, down to some depth: `[].id` is the field `id` of
 * the objects in an outermost list, `data[]` an item of the list in the field `data`. The text may be
 * cut off or invalid somewhere: then these are the paths up to there.
 */
export function jsonPaths(text: string, maxDepth: number): Set<string> {
  const paths = new Set<string>();
  const open: { readonly path: string; readonly isList: boolean }[] = [];
  let path = "";
  let isKey = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match;
    const last = open.at(-1);
    if (token === "{" || token === "[") {
      if (last?.isList) path = last.path + "[]";
      if (open.length <= maxDepth) paths.add(path);
      open.push({ path, isList: token === "[" });
      isKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      isKey = false;
      if (open.length === 0) return paths;
    } else if (token === ",") {
      isKey = last?.isList === false;
    } else if (token.startsWith('"') && isKey && last !== undefined) {
      path = `${last.path}.${token.slice(1, -1)}`.replace(/^\./, "");
      if (open.length <= maxDepth) paths.add(path);
      isKey = false;
    }
  }
  return paths;
}

/** Text is matched up to 64 KiB at a time, far from where the engine runs out of stack. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;
