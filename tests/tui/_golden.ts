import { assertEquals } from "@std/assert";
import { assertGolden as assertGoldenFile } from "../testing/golden.ts";
import { type Frame, lineText, lineWidth, type Size } from "../../src/terminal/frame.ts";

/** Compares text with a file of this folder's `golden/`. */
export function assertGolden(name: string, actual: string): Promise<void> {
  return assertGoldenFile(new URL(`./golden/${name}.txt`, import.meta.url), actual);
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
