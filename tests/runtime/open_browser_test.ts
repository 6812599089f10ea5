import { assertEquals } from "@std/assert";
import { hasDisplay, openBrowser } from "../../src/runtime/open_browser.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

const URL_WITH_ALL = "http://127.0.0.1:1/t/a?where=x%26y&token=$HOME;`id`";

Deno.test({
  name: "the browser that BROWSER names gets the address as one argument",
  // It is to outlive the program that opens it.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    inTemporaryFolder(async (folder) => {
      const program = `${folder}/browser`;
      // Written aside, so that the file is whole once it is there.
      await Deno.writeTextFile(
        program,
        `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/part && mv ${folder}/part ${folder}/opened\n`,
        { mode: 0o755 },
      );
      async function opened(browser: string): Promise<string> {
        const env = (name: string): string | undefined => name === "BROWSER" ? browser : undefined;
        assertEquals(await openBrowser(URL_WITH_ALL, env), true);
        for (;;) {
          const text = await Deno.readTextFile(`${folder}/opened`).catch(() => undefined);
          if (text === undefined) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            continue;
          }
          await Deno.remove(`${folder}/opened`);
          return text;
        }
      }
      assertEquals(await opened(program), `${URL_WITH_ALL}\n`);
      assertEquals(await opened(`${program} --new-window`), `--new-window\n${URL_WITH_ALL}\n`);
      assertEquals(await opened(`${program} --at=%s x`), `--at=${URL_WITH_ALL}\nx\n`);
      assertEquals(await opened(`${folder}/none:${program}`), `${URL_WITH_ALL}\n`);
    }),
});

Deno.test({
  name: "without a screen no browser is looked for, unless one is named",
  ignore: Deno.build.os !== "linux",
  fn(): void {
    assertEquals(hasDisplay(() => undefined), false);
    for (const known of ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"]) {
      assertEquals(hasDisplay((name) => name === known ? "x" : undefined), true);
    }
  },
});
