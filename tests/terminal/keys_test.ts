import { assertEquals } from "@std/assert";
import { KeyParser, type TerminalInput } from "../../src/terminal/keys.ts";

const encoder = new TextEncoder();

function describe(inputs: readonly TerminalInput[]): string[] {
  return inputs.map((input) => {
    if (input.type === "key") return input.key;
    if (input.type === "paste") return `paste:${input.text}`;
    return `${input.action}:${input.button}@${input.column},${input.row}`;
  });
}

function parse(text: string): string[] {
  const parser = new KeyParser();
  const inputs = parser.feed(encoder.encode(text));
  return describe([...inputs, ...parser.flush()]);
}

Deno.test("characters are keys, control characters have names", () => {
  assertEquals(parse("jG?/ é漢😀"), ["j", "G", "?", "/", "space", "é", "漢", "😀"]);
  assertEquals(parse("\x03\x04\x15\x1a"), ["ctrl+c", "ctrl+d", "ctrl+u", "ctrl+z"]);
  assertEquals(parse("\r\n\t\x7f\b"), ["enter", "enter", "tab", "backspace", "backspace"]);
});

Deno.test("arrows and paging keys are known in the forms that terminals send", () => {
  assertEquals(parse("\x1b[A\x1b[B\x1b[C\x1b[D"), ["up", "down", "right", "left"]);
  assertEquals(parse("\x1bOA\x1bOB"), ["up", "down"]);
  assertEquals(parse("\x1b[5~\x1b[6~"), ["pageup", "pagedown"]);
  assertEquals(parse("\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~"), [
    "home",
    "end",
    "home",
    "end",
    "home",
    "end",
  ]);
  assertEquals(parse("\x1b[1;2A\x1b[1;5B\x1b[6;3~"), ["shift+up", "ctrl+down", "alt+pagedown"]);
});

Deno.test("sequences that mean nothing here are swallowed whole", () => {
  assertEquals(parse("\x1b[?1;2cj"), ["j"]);
  assertEquals(parse("\x1b[99~k"), ["k"]);
});

Deno.test("the mouse tells what it did and where, whatever modifiers are held", () => {
  assertEquals(parse("\x1b[<0;1;1M\x1b[<0;1;1m\x1b[<34;300;7M\x1b[<16;2;3M"), [
    "press:left@0,0",
    "release:left@0,0",
    "drag:right@299,6",
    "press:left@1,2",
  ]);
  assertEquals(parse("\x1b[<64;5;6M\x1b[<65;5;6Mj"), [
    "wheel_up:left@4,5",
    "wheel_down:left@4,5",
    "j",
  ]);
  assertEquals(parse("\x1b[<35;5;6M\x1b[<66;5;6M\x1b[<128;5;6M\x1b[<0;0;6M\x1b[<1;;1Mj"), ["j"]);
});

Deno.test("Escape alone is a key once nothing follows it", () => {
  const parser = new KeyParser();
  assertEquals(parser.feed(encoder.encode("\x1b")), []);
  assertEquals(parser.isPending, true);
  assertEquals(describe(parser.flush()), ["escape"]);
  assertEquals(parser.isPending, false);
  assertEquals(parse("\x1b\x1b"), ["escape", "escape"]);
  assertEquals(parse("\x1bx"), ["alt+x"]);
});

Deno.test("input means the same however it is split over reads", () => {
  const text = "j\x1b[Aé\x1b[6~漢\x1b[200~p\x1b[201~😀\x1b[1;5Cq";
  const bytes = encoder.encode(text);
  const expected = ["j", "up", "é", "pagedown", "漢", "paste:p", "😀", "ctrl+right", "q"];
  assertEquals(parse(text), expected);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second += 3) {
      const parser = new KeyParser();
      const parts = [[0, first], [first, second], [second, bytes.length]];
      const inputs = parts.flatMap(([from, to]) => parser.feed(bytes.subarray(from, to)));
      assertEquals(describe(inputs), expected);
    }
  }
});

Deno.test("pasted text is no keys, whatever it holds", () => {
  assertEquals(parse("\x1b[200~q\x03\x1b[Aq\x1b[201~j"), ["paste:q\x03\x1b[Aq", "j"]);
});

Deno.test("a paste without an end does not grow without bound", () => {
  const parser = new KeyParser();
  parser.feed(encoder.encode("\x1b[200~"));
  for (let at = 0; at < 300; at++) assertEquals(parser.feed(new Uint8Array(1024).fill(97)), []);
  const [paste] = parser.feed(encoder.encode("\x1b[201~"));
  assertEquals(paste.type === "paste" && paste.text.length, 1 << 16);
});

Deno.test("bytes that are not UTF-8 and endless sequences do no harm", () => {
  const parser = new KeyParser();
  parser.feed(new Uint8Array([0xff, 0xfe, 0x80]));
  parser.feed(encoder.encode("\x1b[" + "1;".repeat(500)));
  parser.flush();
  assertEquals(describe(parser.feed(encoder.encode("q"))), ["q"]);
});
