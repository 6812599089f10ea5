import { assertEquals, assertThrows } from "@std/assert";
import { formatSocketAddress } from "../../src/model/socket_address.ts";
import { parseSsfAddress } from "../../src/receivers/ssf_address.ts";

Deno.test("addresses are parsed, with veneur's port and this machine where they say nothing", () => {
  for (
    const [text, full] of [
      ["udp://127.0.0.1:0", "udp://127.0.0.1:0"],
      ["udp://localhost", "udp://localhost:8128"],
      ["tcp://", "tcp://127.0.0.1:8128"],
      ["UDP://:9/", "udp://127.0.0.1:9"],
      ["tcp://[::1]:65535", "tcp://[::1]:65535"],
      ["unix:///run/a b%20.sock", "unix:///run/a b%20.sock"],
    ]
  ) {
    assertEquals(formatSocketAddress(parseSsfAddress(text)), full);
    assertEquals(formatSocketAddress(parseSsfAddress(full)), full);
  }
});

Deno.test("what is no address is refused", () => {
  for (
    const text of [
      "",
      "127.0.0.1:8128",
      "http://127.0.0.1:1",
      "udp://h:65536",
      "udp://h:-1",
      "udp://h:1x",
      "udp://h:1/path",
      "udp://u@h:1",
      "tcp://::1:1",
      "unix://",
      "unix://relative/path",
      "unix:/path",
    ]
  ) assertThrows(() => parseSsfAddress(text), SyntaxError, "Expected udp://HOST:PORT");
});
