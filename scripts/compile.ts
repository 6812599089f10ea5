import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What the executable may do, and no more: no FFI, no imports at run time, and nothing is asked
 * interactively. Files and addresses are whatever the user names, so those are not narrowed;
 * `run` starts the user's command, and `--allow-sys` is for the umask, which has no narrower name.
 */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--no-prompt",
];

/** Exit code for "there is no base binary to embed the program in"; EX_UNAVAILABLE of sysexits.h. */
export const NO_BASE_BINARY = 69;

const NOT_COMPILED =
  `Could not compile the bundle. If Deno's base binary (denort) is what is missing:
reach Deno's download host, or set DENORT_BIN to a denort and TRACE_COMPILE_DENO to the Deno of its
version. See CONTRIBUTING.md`;

/** What {@linkcode compile} needs to know of the world. */
export interface CompileOptions {
  /** Absolute path of the repository. */
  root: string;
  /** The executable to write. */
  output: string;
  /** The Deno that compiles; its version decides which base binary fits. */
  compiler: string;
  /** Told what went wrong. */
  onError: (message: string) => void;
}

/**
 * Compiles `cli.ts` into one executable, in two steps. A bundle first: it holds what is imported and
 * nothing else, while compiling the sources embeds every npm package of `deno.json`. It is split, so
 * that a subcommand's code is only read when that subcommand runs.
 *
 * @returns The exit code: 0, 1, or {@linkcode NO_BASE_BINARY}.
 */
export async function compile(options: CompileOptions): Promise<number> {
  const { root, output, compiler, onError } = options;
  function fail(message: string, details: string): number {
    onError(`${details.trim()}\n\n${message}`);
    return /base binary|denort/.test(details) ? NO_BASE_BINARY : 1;
  }
  const bundle = await Deno.makeTempDir({ prefix: "trace-bundle-" });
  try {
    const bundled = await run(Deno.execPath(), [
      ...["bundle", "--quiet", "--platform", "deno", "--code-splitting"],
      ...["--outdir", bundle, join(root, "cli.ts")],
    ], root);
    if (!bundled.success) return fail("Could not bundle cli.ts", bundled.stderr);
    // What `trace run` gives to Node programs: read at run time, so it is a file beside the code.
    const register = join(bundle, "register.mjs");
    const registered = await run(Deno.execPath(), [
      ...["bundle", "--quiet", "--platform", "deno", "--minify", "--output", register],
      join(root, "src/sdk/register/mod.ts"),
    ], root);
    if (!registered.success) return fail("Could not bundle src/sdk/register", registered.stderr);
    await Deno.mkdir(dirname(output), { recursive: true });
    const compiled = await run(compiler, [
      ...["compile", "--quiet", "--no-config", "--no-lock", "--no-check"],
      // The code cache would be read from a guessable name in the temporary folder. It saves 2 ms.
      "--no-code-cache",
      // For UDP; deno.json, which says so elsewhere, is left out.
      "--unstable-net",
      ...PERMISSIONS,
      ...["--include", register, "--output", output, join(bundle, "cli.js")],
    ], root);
    if (!compiled.success) return fail(NOT_COMPILED, compiled.stderr);
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
  // A base binary of another version gives an executable that does not start.
  const started = await run(output, ["--version"], root);
  if (started.success) return 0;
  await Deno.remove(output);
  return fail(
    `The executable does not start. DENORT_BIN and ${compiler} must be of one version`,
    started.stderr,
  );
}

interface RunResult {
  readonly success: boolean;
  readonly stderr: string;
}

async function run(command: string, args: string[], cwd: string): Promise<RunResult> {
  const env = { NO_COLOR: "1" };
  try {
    const { success, stderr } = await new Deno.Command(command, { args, cwd, env }).output();
    return { success, stderr: new TextDecoder().decode(stderr) };
  } catch (error) {
    return { success: false, stderr: `Could not run "${command}": ${error}` };
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const output = join(root, "dist", Deno.build.os === "windows" ? "trace.exe" : "trace");
  const compiler = Deno.env.get("TRACE_COMPILE_DENO") ?? Deno.execPath();
  const code = await compile({ root, output, compiler, onError: console.error });
  if (code === 0) {
    const megabytes = ((await Deno.stat(output)).size / 1e6).toFixed(1);
    console.error(`Compiled ${output} (${megabytes} MB)`);
  }
  Deno.exit(code);
}
