import type { Segment } from "../terminal/frame.ts";
import { show } from "./span_text.ts";

/** Longer names are cut: no screen is as wide, and the end of a statement is worth something, too. */
const MAX_NAME_LENGTH = 4096;

/** What an operation is called, with its service in front when it is known; escaped. */
export function nameSegments(
  { service, name }: { readonly service: string; readonly name: string },
): Segment[] {
  const segments: Segment[] = service === ""
    ? []
    : [{ text: `[${show(service, 60)}] `, style: { color: "cyan" } }];
  segments.push({ text: name === "" ? "(no name)" : show(name, MAX_NAME_LENGTH) });
  return segments;
}
