import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { traceCommand } from "../../scripts/start_collector.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";
import { runTrace, spawnTrace } from "../testing/trace_process.ts";

/** A shell script under `trace run` that says when it is ready. */
class RunningScript implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(folder: string, script: string) {
    this.child = spawnTrace(["run", "--", "sh", "-c", script], { folder });
    this.#output = this.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until this was printed, and returns everything up to then; all of it at its end. */
  async until(text: string): Promise<string> {
    while (!this.#text.includes(text)) {
      const { value, done } = await this.#output.read();
      if (done) break;
      this.#text += value;
    }
    return this.#text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.status;
    await this.#output.cancel();
    await this.child.stdin.close().catch(() => {});
    await this.child.stderr.cancel();
  }
}

/** Waits in small steps, so that a trap is run soon. */
const WAIT = "while :; do sleep 0.05; done";

for (const signal of ["INT", "TERM", "HUP", "QUIT", "USR2"]) {
  Deno.test(`SIG${signal} reaches the command, which decides how it ends`, () =>
    inTemporaryFolder(async (folder) => {
      const script = `trap "echo got it; exit 3" ${signal}; echo ready; ${WAIT}`;
      await using running = new RunningScript(folder, script);
      await running.until("ready");
      running.child.kill(`SIG${signal}` as Deno.Signal);
      assertEquals(await running.until("got it"), "ready\ngot it\n");
      assertEquals((await running.child.status).code, 3);
    }));
}

Deno.test("a command that a signal ends gives 128 and the signal's number", () =>
  inTemporaryFolder(async (folder) => {
    for (const [signal, code] of [["KILL", 137], ["TERM", 143], ["SEGV", 139]] as const) {
      const script = `kill -s ${signal} $$`;
      const result = await runTrace(["run", "--", "sh", "-c", script], { folder });
      assertEquals(result.code, code);
      assertStringIncludes(result.stderr, `SIG${signal} (exit code ${code})`);
    }
    await using running = new RunningScript(folder, `echo ready; ${WAIT}`);
    await running.until("ready");
    running.child.kill("SIGTERM");
    assertEquals((await running.child.status).code, 143);
  }));

Deno.test("a command that ignores a signal goes on; a second one ends it and trace at once", () =>
  inTemporaryFolder(async (folder) => {
    const script = `trap "echo ignored" TERM INT; echo "ready $$."; ${WAIT}`;
    await using running = new RunningScript(folder, script);
    const pid = Number(/ready (\d+)\./.exec(await running.until("."))?.[1]);
    running.child.kill("SIGTERM");
    assertStringIncludes(await running.until("ignored"), "ignored");
    running.child.kill("SIGINT");
    assertEquals((await running.child.status).code, 130);
    await untilGone(pid);
  }));

/** A killed process may still be there for a moment. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
    if (stat === undefined || / Z /.test(stat)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("what the command leaves running is not waited for", () =>
  inTemporaryFolder(async (folder) => {
    // Without the streams, which would be waited for here.
    const script = "sleep 60 >/dev/null 2>&1 </dev/null & echo $!";
    const result = await runTrace(["run", "--", "sh", "-c", script], { folder });
    assertEquals(result.code, 0, result.stderr);
    const pid = Number(result.stdout);
    assert(pid > 0);
    Deno.kill(pid, "SIGKILL");
  }));

Deno.test("the command's streams are its own, byte for byte", () =>
  inTemporaryFolder(async (folder) => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const { command, args } = traceCommand();
    const child = new Deno.Command(command, {
      args: [...args, "run", "--", "cat"],
      env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writing = new Blob([bytes]).stream().pipeTo(child.stdin);
    const { code, stdout } = await child.output();
    await writing;
    assertEquals([code, stdout], [0, bytes]);
    const closing = await runTrace(["run", "--", "sh", "-c", "exec 2>&-; exit 4"], { folder });
    assertEquals(closing.code, 4);
  }));

Deno.test("the exit code is the command's own also when nobody reads what trace prints", () =>
  inTemporaryFolder(async (folder) => {
    const { command, args } = traceCommand();
    for (const redirection of ["2>&-", "2>/dev/full", ">&-"]) {
      const { code } = await new Deno.Command("sh", {
        args: ["-c", `"$@" ${redirection}`, "sh", command, ...args, "run", "sh", "-c", "exit 5"],
        env: { XDG_RUNTIME_DIR: folder, TMPDIR: folder },
        stdout: "null",
        stderr: "null",
      }).output();
      assertEquals([redirection, code], [redirection, 5]);
    }
  }));
