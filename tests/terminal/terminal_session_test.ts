import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type EndSignal,
  type TerminalListener,
  TerminalSession,
} from "../../src/terminal/terminal_session.ts";
import { FakeTerminal } from "./_fake_terminal.ts";

const ALTERNATE_SCREEN = "\x1b[?1049h";
const MAIN_SCREEN = "\x1b[?1049l";
const SHOW_CURSOR = "\x1b[?25h";

class Recorder implements TerminalListener {
  readonly events: string[] = [];
  #wake: (() => void) | undefined;

  async next(count: number): Promise<string[]> {
    while (this.events.length < count) await new Promise<void>((wake) => this.#wake = wake);
    return this.events;
  }

  onInput(input: Parameters<TerminalListener["onInput"]>[0]): void {
    this.#add(
      input.type === "paste"
        ? `paste:${input.text}`
        : input.type === "key"
        ? input.key
        : input.action,
    );
  }

  onResize(size: { columns: number; rows: number }): void {
    this.#add(`${size.columns}x${size.rows}`);
  }

  onEnd(signal: EndSignal): void {
    this.#add(signal);
  }

  onInputEnd(): void {
    this.#add("end");
  }

  #add(event: string): void {
    this.events.push(event);
    this.#wake?.();
  }
}

function open(): { io: FakeTerminal; recorder: Recorder; session: TerminalSession } {
  const io = new FakeTerminal();
  const recorder = new Recorder();
  return {
    io,
    recorder,
    session: new TerminalSession(io, { isColored: true, listener: recorder }),
  };
}

function assertRestored(io: FakeTerminal): void {
  assertEquals(io.isRaw, false);
  assertEquals(io.output.split(MAIN_SCREEN).length, 2);
  assert(io.output.includes(SHOW_CURSOR));
}

Deno.test("a session takes the screen and gives it back", () => {
  const { io, session } = open();
  assertEquals(io.isRaw, true);
  assert(io.output.includes(ALTERNATE_SCREEN));
  session[Symbol.dispose]();
  session[Symbol.dispose]();
  assertRestored(io);
  assert(io.isClosed);
  assertEquals(io.listenerCount, 0);
});

Deno.test("an exception leaves the screen as it was", () => {
  const io = new FakeTerminal();
  assertThrows(() => {
    using _session = new TerminalSession(io, { isColored: true, listener: new Recorder() });
    throw new Error("bug");
  });
  assertRestored(io);
});

Deno.test("an exit from anywhere leaves the screen as it was, once", () => {
  const { io, session } = open();
  io.raise("exit");
  assertRestored(io);
  session[Symbol.dispose]();
  assertRestored(io);
});

Deno.test("signals that end the program restore the screen before anybody is told", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const { io, recorder, session } = open();
    io.raise(signal);
    assertRestored(io);
    assertEquals(recorder.events, [signal]);
    session[Symbol.dispose]();
  }
});

Deno.test("a terminal that cannot be made raw is left untouched", () => {
  const io = new FakeTerminal();
  io.setRaw = () => {
    throw new TypeError("not a terminal");
  };
  assertThrows(
    () => new TerminalSession(io, { isColored: true, listener: new Recorder() }),
    TypeError,
  );
  assertEquals(io.listenerCount, 0);
  assert(!io.output.includes(ALTERNATE_SCREEN));
});

Deno.test("a new size is told, and the next frame is drawn whole", async () => {
  const { io, recorder, session } = open();
  await session.draw([[{ text: "hello" }]]);
  io.currentSize = { columns: 40, rows: 10 };
  io.raise("SIGWINCH");
  assertEquals(recorder.events, ["40x10"]);
  io.output = "";
  await session.draw([[{ text: "hello" }]]);
  assert(io.output.includes("hello"));
  session[Symbol.dispose]();
});

Deno.test("keys arrive, and Escape does when nothing follows it", async () => {
  const { io, recorder, session } = open();
  io.type("j\x1b[A");
  assertEquals(await recorder.next(2), ["j", "up"]);
  io.type("\x1b");
  assertEquals(await recorder.next(3), ["j", "up", "escape"]);
  session[Symbol.dispose]();
});

Deno.test("the end of input is told", async () => {
  const { io, recorder, session } = open();
  io.hangUp();
  assertEquals(await recorder.next(1), ["end"]);
  session[Symbol.dispose]();
});

Deno.test("a stopped program gives the screen back and takes it again", () => {
  const { io, recorder, session } = open();
  session.suspend();
  assertRestored(io);
  assertEquals(io.suspendCount, 1);
  io.output = "";
  io.raise("SIGCONT");
  assertEquals(io.isRaw, true);
  assert(io.output.includes(ALTERNATE_SCREEN));
  assertEquals(recorder.events, ["80x24"]);
  session[Symbol.dispose]();
  assertRestored(io);
});

Deno.test("nothing is drawn on a screen that was given back", async () => {
  const { io, session } = open();
  session[Symbol.dispose]();
  io.output = "";
  await session.draw([[{ text: "late" }]]);
  assertEquals(io.output, "");
});
