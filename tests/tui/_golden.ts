import { assertEquals } from "@std/assert";
import { type Frame, lineText, lineWidth, type Size } from "../../src/terminal/frame.ts";

/**
 * Compares text with a file of this folder's `golden/`. With `UPDATE_GOLDEN=1` the file is written
 * instead; look at what changed before committing it.
 */
export async function assertGolden(name: string, actual: string): Promise<void> {
  const url = new URL(`./golden/${name}.txt`, import.meta.url);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    await Deno.writeTextFile(url, actual);
    return;
  }
  assertEquals(actual, await Deno.readTextFile(url));
}

/** A frame as text, checked to fit the screen; what is selected is marked with a `*` behind it. */
export function frameText(frame: Frame, size: Size): string {
  assertEquals(frame.length, size.rows);
  return frame.map((line) => {
    if (lineWidth(line) > size.columns) throw new Error(`Line too wide: ${lineText(line)}`);
    const isSelected = line.slice(1).every(({ style }) => style?.isInverse) && line.length > 1;
    return (lineText(line).trimEnd() + (isSelected ? " *" : "")) + "\n";
  }).join("");
}
