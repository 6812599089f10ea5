/** What a finished program left. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end; exit code 127 when it is not there.
 *
 * @param command A name, or a path, in the folder unless it is absolute.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<ProgramResult> {
  try {
    const executable = command.includes("/") && !command.startsWith("/")
      ? `${cwd}/${command}`
      : command;
    const output = await new Deno.Command(executable, {
      args: [...args],
      cwd,
      env: { NO_UPDATE_NOTIFIER: "1", PYTHONUTF8: "1" },
    }).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { code: 127, stdout: "", stderr: `${command} is not installed` };
    }
    throw error;
  }
}

/** Installs npm packages into a folder; says why it cannot. */
export async function installNode(
  folder: string,
  packages: readonly string[],
): Promise<string | undefined> {
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  const options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { code, stderr } = await runProgram("npm", ["install", ...options, ...packages], folder);
  return code === 0 ? undefined : `npm cannot install the packages (${stderr.trim()})`;
}

/** Installs OpenTelemetry's SDK into `venv` in a folder; says why it cannot. */
export async function installPython(folder: string): Promise<string | undefined> {
  const made = await runProgram("python3", ["-m", "venv", "venv"], folder);
  if (made.code !== 0) return `there is no Python with venv (${made.stderr.trim()})`;
  const packages = ["sdk", "exporter-otlp-proto-http", "exporter-otlp-proto-grpc"]
    .map((name) => `opentelemetry-${name}==1.45.2`);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
  const { code, stderr } = await runProgram("venv/bin/python", pip, folder);
  return code === 0 ? undefined : `pip cannot install the SDK (${stderr.trim()})`;
}
