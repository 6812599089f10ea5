import { basename, dirname, join } from "node:path";

/**
 * The path of the file beside another: `run.jsonl` becomes `run.1.jsonl`, `run.jsonl.gz` becomes
 * `run.1.jsonl.gz`, `run` becomes `run.1`.
 */
export function numberedPath(path: string, number: number): string {
  const name = basename(path);
  const match = /^(.+?)((?:\.[A-Za-z]\w*)?(?:\.(?:gz|zst))?)$/.exec(name);
  const [stem, extension] = match === null ? [name, ""] : [match[1], match[2]];
  const numbered = `${stem}.${number}${extension}`;
  // join() would drop a leading "./" that the user wrote.
  return name === path ? numbered : join(dirname(path), numbered);
}
