/**
 * A library that is traced: it configures nothing, makes spans below whatever is active in the program
 * that uses it, and costs next to nothing in programs that are not traced. Runs on Deno, Node (22.18 or
 * later, which reads TypeScript) and Bun.
 *
 * ```sh
 * trace run -- deno run -A examples/library.ts
 * ```
 */
import { activeSpan, traceFunction, tracer } from "../mod.ts";

/** The library: looks a word's translation up, and remembers it. */
export class Dictionary {
  readonly #known = new Map<string, string>();

  /** A method like any other for its callers. */
  readonly translate: (word: string) => Promise<string> = traceFunction(
    async (word: string): Promise<string> => {
      const known = this.#known.get(word);
      // Tells what happened without knowing whether anybody records it.
      activeSpan()?.setAttributes({ word, cached: known !== undefined });
      return known ?? await this.#look(word);
    },
    { name: "Dictionary.translate" },
  );

  async #look(word: string): Promise<string> {
    return await tracer.trace("Dictionary.look", async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      const translation = [...word].reverse().join("");
      this.#known.set(word, translation);
      return translation;
    });
  }
}

// A program that uses it.
const dictionary = new Dictionary();
await tracer.trace("translate a text", async () => {
  for (const word of ["trace", "span", "trace"]) console.log(await dictionary.translate(word));
});
