import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { compile, NO_BASE_BINARY } from "../../scripts/compile.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

/** Compiles a small program with a shell script in the place of `deno compile`. */
async function compileWith(
  script: string,
): Promise<{ code: number; errors: string; output: string | undefined }> {
  let errors = "";
  let code = -1;
  let compiled: string | undefined;
  await inTemporaryFolder(async (root) => {
    await Deno.writeTextFile(
      join(root, "cli.ts"),
      `import { a } from "./a.ts";\nif (a > 1) await import("./b.ts");\n`,
    );
    await Deno.writeTextFile(join(root, "a.ts"), "export const a: number = Deno.args.length;\n");
    await Deno.writeTextFile(join(root, "b.ts"), `console.log("b");\n`);
    await Deno.mkdir(join(root, "src/sdk/register"), { recursive: true });
    await Deno.writeTextFile(join(root, "src/sdk/register/mod.ts"), "export {};\n");
    const compiler = join(root, "compiler");
    await Deno.writeTextFile(compiler, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    const output = join(root, "dist", "trace");
    const onError = (message: string): void => void (errors += message);
    code = await compile({ root, output, compiler, onError });
    compiled = await Deno.readTextFile(output).catch(() => undefined);
  });
  return { code, errors, output: compiled };
}

/** Shell code that finds the output, the last but one argument, and the bundle, the last one. */
const FIND_ARGUMENTS = `while [ $# -gt 2 ]; do shift; done; output=$1; bundle=$2`;

Deno.test("what is compiled is a bundle that loads a subcommand only when it runs", async () => {
  const { code, errors, output } = await compileWith(`
    ${FIND_ARGUMENTS}
    (echo '#!/bin/sh'; echo 'exit 0'; cat "$bundle"; ls "$(dirname "$bundle")") > "$output"
    chmod +x "$output"`);
  assertEquals({ code, errors }, { code: 0, errors: "" });
  assertStringIncludes(output ?? "", 'import("./b-');
});

Deno.test("without a base binary, that is said and told by the exit code", async () => {
  const { code, errors } = await compileWith(`echo "Setting up base binary." >&2; exit 1`);
  assertEquals(code, NO_BASE_BINARY);
  assertStringIncludes(errors, "DENORT_BIN");
});

Deno.test("an executable that does not start is removed", async () => {
  const { code, errors, output } = await compileWith(`
    ${FIND_ARGUMENTS}
    (echo '#!/bin/sh'; echo 'echo "wrong version" >&2; exit 1') > "$output"
    chmod +x "$output"`);
  assertEquals({ code, output }, { code: 1, output: undefined });
  assertStringIncludes(errors, "wrong version");
});
