import { assertEquals } from "@std/assert";

/**
 * Compares text with a file that holds what is right. With `UPDATE_GOLDEN=1` in the environment the
 * file is written instead, to be read in the diff.
 */
export async function assertGolden(file: URL, text: string): Promise<void> {
  if (Deno.env.get("UPDATE_GOLDEN") === "1") {
    await Deno.writeTextFile(file, text);
    return;
  }
  assertEquals(text, await Deno.readTextFile(file));
}
