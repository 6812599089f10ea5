/** What a program posted. */
export interface SentRequest {
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/** What a program said and what it posted. */
export interface SentBodies {
  readonly requests: readonly SentRequest[];
  /** Its standard output, parsed as JSON. */
  readonly output: unknown;
}

/**
 * Runs a program on Node with packages from npm, and catches what it posts to the URL that is its first
 * argument.
 *
 * @param program A CommonJS file.
 * @param packages Names with exact versions.
 * @param folder Where the packages go.
 * @returns `undefined`, with a message, where there is no Node or the packages cannot be had.
 */
export async function sentBodies(
  program: string,
  packages: readonly string[],
  folder: string,
): Promise<SentBodies | undefined> {
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  await Deno.copyFile(program, `${folder}/program.cjs`);
  const install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
  if ((await run("npm", [...install, ...packages], folder))?.success !== true) {
    console.log(`skipped: npm cannot install ${packages.join(", ")}`);
    return undefined;
  }
  const requests: SentRequest[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      requests.push({
        path: new URL(request.url).pathname,
        type: request.headers.get("content-type") ?? "",
        body: await request.bytes(),
      });
      return new Response(null, { status: 202 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const result = await run("node", ["program.cjs", url], folder);
  if (result === undefined) {
    console.log("skipped: there is no Node");
    return undefined;
  }
  const decoder = new TextDecoder();
  if (!result.success) throw new Error(decoder.decode(result.stderr));
  return { requests, output: JSON.parse(decoder.decode(result.stdout)) };
}

/** Runs a command; `undefined` when there is none of that name. */
async function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<Deno.CommandOutput | undefined> {
  try {
    const env = { NO_UPDATE_NOTIFIER: "1" };
    return await new Deno.Command(command, { args, cwd, env }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
