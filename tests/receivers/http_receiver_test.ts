import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as zlib from "node:zlib";
import { BodyMemory } from "../../src/receivers/body_memory.ts";
import type { HttpAnswer } from "../../src/receivers/http_answer.ts";
import { HttpReceiver, type HttpReceiverOptions } from "../../src/receivers/http_receiver.ts";
import { canUnpackZstd } from "../../src/runtime/decompress.ts";
import { DecodeError } from "../../src/wire/decode_error.ts";
import { seededRandom } from "../testing/events.ts";

interface Setup {
  readonly receiver: HttpReceiver;
  readonly memory: BodyMemory;
  /** The bodies that have been taken, as text. */
  readonly taken: string[];
  readonly refused: string[];
}

/** A receiver with one path, `/in`, that takes text; "bad" cannot be decoded. */
async function withReceiver(
  options: Partial<HttpReceiverOptions>,
  test: (setup: Setup) => Promise<void>,
): Promise<void> {
  const taken: string[] = [];
  const refused: string[] = [];
  const memory = options.memory ?? new BodyMemory();
  const receiver = await HttpReceiver.listen("127.0.0.1", 0, {
    routes: {
      "/in": {
        contentTypes: ["text/plain", "application/octet-stream"],
        take(body): HttpAnswer {
          const text = new TextDecoder().decode(body);
          if (text === "bad") throw new DecodeError("it is bad", 0);
          taken.push(text);
          return { body: "taken" };
        },
        describe: ({ message }) => ({ contentType: "text/problem", body: message }),
      },
    },
    memory,
    onRefused: (reason) => refused.push(reason),
    ...options,
  });
  const serving = receiver.serve();
  try {
    await test({ receiver, memory, taken, refused });
  } finally {
    await receiver.close();
    await serving;
  }
  assertEquals(memory.usedBytes, 0);
}

/** A connection on which anything can be said. */
class Client implements Disposable {
  readonly #connection: Deno.Conn;
  #rest = "";

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect({ receiver }: Setup): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port: receiver.port }));
  }

  async write(...parts: (string | Uint8Array)[]): Promise<void> {
    for (const part of parts) {
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    }
  }

  /** The next answer with its body; `undefined` when the connection was closed instead. */
  async answer(): Promise<{ status: number; head: string; body: string } | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      const head = this.#rest.slice(0, end);
      const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
      if (end >= 0 && this.#rest.length >= end + 4 + length) {
        const body = this.#rest.slice(end + 4, end + 4 + length);
        this.#rest = this.#rest.slice(end + 4 + length);
        return { status: Number(head.slice(9, 12)), head, body };
      }
      const buffer = new Uint8Array(4096);
      const count = await this.#connection.read(buffer).catch(() => null);
      if (count === null) return undefined;
      this.#rest += new TextDecoder().decode(buffer.subarray(0, count));
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

async function post(
  { receiver }: Setup,
  body: BodyInit,
  headers: Record<string, string> = {},
  path = "/in",
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`http://127.0.0.1:${receiver.port}${path}`, {
    method: "POST",
    headers: { "content-type": "text/plain", ...headers },
    body,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const HEAD = "POST /in HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n";

Deno.test("bodies are taken with a length or in chunks, packed in every way, over one connection", () =>
  withReceiver({}, async (setup) => {
    const { taken, refused } = setup;
    using client = await Client.connect(setup);
    await client.write(`${HEAD}Content-Length: 3\r\n\r\none`);
    assertEquals((await client.answer())?.body, "taken");
    const chunked = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    await client.write(`${chunked}3;a="b"\r\ntwo\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n`);
    assertEquals((await client.answer())?.status, 200);
    const long = "x".repeat(1_000_000);
    const packings: [string, Uint8Array][] = [
      ["gzip", zlib.gzipSync(long)],
      ["X-GZIP", zlib.gzipSync(long)],
      ["deflate", zlib.deflateSync(long)],
      ["identity", new TextEncoder().encode(long)],
    ];
    if (canUnpackZstd()) packings.push(["zstd", zlib.zstdCompressSync(long)]);
    for (const [name, packed] of packings) {
      const head = `${HEAD}Content-Encoding: ${name}\r\nContent-Length: ${packed.length}\r\n\r\n`;
      await client.write(head, packed);
      assertEquals((await client.answer())?.status, 200, name);
    }
    assertEquals(taken, ["one", "two0123456789", ...packings.map(() => long)]);
    assertEquals(refused, []);
  }));

Deno.test("requests cut anywhere, in one piece or byte by byte, give the same bodies", () =>
  withReceiver({}, async (setup) => {
    const random = seededRandom(7);
    const requests = `\r\n${HEAD}Content-Length: 5\r\n\r\nfirst` +
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nse\r\n4\r\ncond\r\n0\r\n\r\n` +
      `POST http://localhost/in?query HTTP/1.1\r\nhost: localhost\r\n` +
      `content-type: Text/Plain; charset=utf-8\r\nCONTENT-LENGTH: 5\r\n\r\nthird`;
    for (const size of [1, 7, 100_000]) {
      using client = await Client.connect(setup);
      for (let at = 0; at < requests.length;) {
        const count = Math.ceil(random() * size);
        await client.write(requests.slice(at, at + count));
        at += count;
      }
      for (let count = 0; count < 3; count++) assertEquals((await client.answer())?.status, 200);
      assertEquals(setup.taken.splice(0), ["first", "second", "third"]);
    }
  }));

Deno.test("who asks first is told to go on, or that it need not", () =>
  withReceiver({ maxBodyBytes: 1000 }, async (setup) => {
    using client = await Client.connect(setup);
    await client.write(`${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    assertEquals((await client.answer())?.status, 100);
    await client.write("yes");
    assertEquals((await client.answer())?.status, 200);
    await client.write(`${HEAD}Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n`);
    assertEquals((await client.answer())?.status, 413);
    assertEquals(setup.taken, ["yes"]);
  }));

Deno.test("wrong paths, methods, types and encodings each get their status and say what is right", () =>
  withReceiver({}, async (setup) => {
    const cases: [string, Record<string, string>, number, string][] = [
      ["/other", {}, 404, "/in"],
      ["/in/", {}, 404, "/in"],
      ["/%69n", {}, 404, "/in"],
      ["/in", { "content-type": "application/xml" }, 415, "text/plain or application/octet-stream"],
      ["/in", { "content-encoding": "br" }, 415, "gzip, deflate"],
      ["/in", { "content-encoding": "gzip" }, 400, "gzip"],
    ];
    for (const [path, headers, status, words] of cases) {
      const answer = await post(setup, "body", headers, path);
      assertEquals([path, answer.status], [path, status]);
      assertStringIncludes(answer.text, words);
    }
    assertEquals((await post(setup, "bad")).text, "it is bad");
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
      const url = `http://127.0.0.1:${setup.receiver.port}/in`;
      const response = await fetch(url, { method });
      assertEquals([response.status, response.headers.get("allow")], [405, "POST"]);
      await response.body?.cancel();
    }
    const reasons = [
      ...["not_found", "not_found", "not_found", "content_type", "content_encoding"],
      ...["malformed_encoding", "malformed", ...Array(5).fill("method")],
    ];
    assertEquals([setup.taken, setup.refused], [[], reasons]);
    assertEquals((await post(setup, "still here")).status, 200);
  }));

Deno.test("what could be read in two ways is refused, and the connection ends", () =>
  withReceiver({ maxHeadBytes: 1000 }, async (setup) => {
    const cases: [string, number][] = [
      ["GARBAGE\r\n\r\n", 400],
      ["\x16\x03\x01\x00\r\n\r\n", 400],
      ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
      ["POST /in HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 400],
      [`${HEAD}Host: other\r\n\r\n`, 400],
      [`${HEAD}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`, 400],
      [`${HEAD}Content-Length: +1\r\n\r\nx`, 400],
      [`${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
      [`${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`, 501],
      [`${HEAD}Content-Length : 1\r\n\r\nx`, 400],
      [`${HEAD} folded: 1\r\n\r\n`, 400],
      [`${HEAD}X: a\nb\r\n\r\n`, 400],
      [`${HEAD}X: ${"a".repeat(1000)}`, 431],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n`, 400],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n`, 400],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n${"f".repeat(20)}\r\n`, 400],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n\r\n0\r\n\r\n`, 400],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n1;${"x".repeat(9000)}`, 400],
      [`${HEAD}Content-Length: 99999999999999999999\r\n\r\n`, 413],
    ];
    for (const [text, status] of cases) {
      using client = await Client.connect(setup);
      await client.write(text);
      const answer = await client.answer();
      assertEquals([text, answer?.status], [text, status]);
      assertStringIncludes(answer?.head ?? "", "connection: close");
    }
    assertEquals(setup.taken, []);
  }));

Deno.test("HTTP/1.0 is answered, and kept open only if it asks for that", () =>
  withReceiver({}, async (setup) => {
    const request = "POST /in HTTP/1.0\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n";
    using client = await Client.connect(setup);
    await client.write(`${request}Connection: keep-alive\r\n\r\na`);
    assertEquals((await client.answer())?.status, 200);
    await client.write(`${request}\r\nb`);
    assertEquals((await client.answer())?.status, 200);
    assertEquals(await client.answer(), undefined);
    assertEquals(setup.taken, ["a", "b"]);
  }));

Deno.test("only names of this machine are answered to, and no web page that nobody allowed", () =>
  withReceiver({ corsOrigins: ["https://app.example"] }, async (setup) => {
    async function status(headers: string): Promise<number | undefined> {
      using client = await Client.connect(setup);
      const type = "Content-Type: text/plain\r\nContent-Length: 1\r\n";
      await client.write(`POST /in HTTP/1.1\r\n${type}${headers}\r\n\r\nx`);
      return (await client.answer())?.status;
    }
    for (const host of ["localhost", "LOCALHOST:80", "127.0.0.1:4318", "[::1]:1", "a.localhost"]) {
      assertEquals([host, await status(`Host: ${host}`)], [host, 200]);
    }
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", ""]) {
      assertEquals([host, await status(`Host: ${host}`)], [host, 403]);
    }
    const browsers: [string, number][] = [
      ["Origin: https://app.example", 200],
      ["Origin: https://app.example\r\nSec-Fetch-Site: cross-site", 200],
      ["Origin: https://app.example.evil.example", 403],
      ["Origin: http://localhost", 403],
      ["Origin: null", 403],
      ["Sec-Fetch-Site: none", 403],
    ];
    for (const [headers, expected] of browsers) {
      assertEquals([headers, await status(`Host: localhost\r\n${headers}`)], [headers, expected]);
    }
  }));

Deno.test("a page that is allowed may ask beforehand and read the answers, errors too", () =>
  withReceiver({ corsOrigins: ["https://app.example"] }, async (setup) => {
    const url = `http://127.0.0.1:${setup.receiver.port}/in`;
    async function ask(origin: string): Promise<Response> {
      const response = await fetch(url, {
        method: "OPTIONS",
        headers: {
          "Origin": origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "content-type,x-token",
        },
      });
      await response.body?.cancel();
      return response;
    }
    const allowed = await ask("https://app.example");
    assertEquals(
      ["origin", "methods", "headers"]
        .map((name) => allowed.headers.get(`access-control-allow-${name}`)),
      ["https://app.example", "POST", "content-type,x-token"],
    );
    assertEquals([allowed.status, (await ask("https://evil.example")).status], [204, 403]);
    const error = await post(setup, "bad", { "Origin": "https://app.example" });
    assertEquals(
      [error.status, error.headers.get("access-control-allow-origin")],
      [400, "https://app.example"],
    );
  }));

Deno.test("a body over the limit is refused, with a length, in chunks, and when it unpacks to more", () =>
  withReceiver({ maxBodyBytes: 1000 }, async (setup) => {
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const packed = zlib.gzipSync(new Uint8Array(1001));
    const requests: [string, string | Uint8Array][] = [
      [`${HEAD}Content-Length: 1001\r\n\r\n`, "x".repeat(1001)],
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, `${chunk}${chunk}0\r\n\r\n`],
      [`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`, packed],
    ];
    for (const [head, body] of requests) {
      using client = await Client.connect(setup);
      await client.write(head, body);
      const answer = await client.answer();
      assertEquals(answer?.status, 413);
      assertStringIncludes(answer?.body ?? "", "1000 bytes");
    }
    assertEquals((await post(setup, "x".repeat(1000))).status, 200);
    assertEquals(setup.refused, ["too_long", "too_long", "too_long"]);
  }));

Deno.test("a megabyte that unpacks to a gigabyte is given up early", () =>
  withReceiver({}, async (setup) => {
    const member = zlib.gzipSync(new Uint8Array(64 * 1024 * 1024));
    const bomb = new Uint8Array(member.length * 16);
    for (let at = 0; at < bomb.length; at += member.length) bomb.set(member, at);
    const before = Deno.memoryUsage().rss;
    const began = performance.now();
    const answer = await post(setup, bomb, { "content-encoding": "gzip" });
    assertEquals(answer.status, 413);
    const grownMb = (Deno.memoryUsage().rss - before) / 1024 / 1024;
    assert(grownMb < 400, `memory grew by ${grownMb} MB`);
    assert(performance.now() - began < 5000, "it took longer than 5 s");
    assertEquals((await post(setup, "still here")).status, 200);
  }));

Deno.test("who sends more at once than there is memory for is told to come back", () =>
  withReceiver({ memory: new BodyMemory(64 * 1024) }, async (setup) => {
    using first = await Client.connect(setup);
    await first.write(`${HEAD}Content-Length: 10\r\n\r\n`, "first");
    while (setup.memory.usedBytes === 0) await new Promise((wait) => setTimeout(wait, 1));
    const second = await post(setup, "y");
    assertEquals([second.status, second.headers.get("retry-after")], [503, "1"]);
    await first.write("later");
    assertEquals((await first.answer())?.status, 200);
    assertEquals((await post(setup, "y")).status, 200);
    assertEquals(setup.refused, ["overloaded"]);
  }));

Deno.test("a length that is a lie takes no memory, and a sender that leaves costs nothing", () =>
  withReceiver({}, async (setup) => {
    {
      using client = await Client.connect(setup);
      await client.write(`${HEAD}Content-Length: ${64 * 1024 * 1024}\r\n\r\nshort`);
      while (setup.memory.usedBytes === 0) await new Promise((wait) => setTimeout(wait, 1));
      assert(setup.memory.usedBytes <= 64 * 1024);
    }
    while (setup.refused.length === 0) await new Promise((wait) => setTimeout(wait, 1));
    assertEquals([setup.refused, setup.taken], [["cut"], []]);
  }));

Deno.test("slow senders are given up, each in its time, and nobody waits for them", () =>
  withReceiver({ idleMs: 100, headMs: 100, bodyMs: 100 }, async (setup) => {
    using idle = await Client.connect(setup);
    using head = await Client.connect(setup);
    await head.write("POST /in HTTP/1.1\r\n");
    using body = await Client.connect(setup);
    await body.write(`${HEAD}Content-Length: 10\r\n\r\nslow`);
    assertEquals((await post(setup, "quick")).status, 200);
    assertEquals(await idle.answer(), undefined);
    for (const client of [head, body]) {
      assertEquals((await client.answer())?.status, 408);
      assertEquals(await client.answer(), undefined);
    }
    assertEquals(setup.refused, ["timeout", "timeout"]);
  }));

Deno.test("one connection too many is closed and counted", () =>
  withReceiver({ maxConnections: 1 }, async (setup) => {
    using first = await Client.connect(setup);
    await first.write(`${HEAD}Content-Length: 1\r\n\r\nx`);
    assertEquals((await first.answer())?.status, 200);
    using second = await Client.connect(setup);
    assertEquals(await second.answer(), undefined);
    assertEquals(setup.receiver.refusedConnectionCount, 1);
  }));

Deno.test("back-pressure holds answers back", async () => {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => release = resolve);
  await withReceiver({ backPressure: () => held }, async (setup) => {
    const posting = post(setup, "x");
    while (setup.memory.usedBytes === 0) await new Promise((wait) => setTimeout(wait, 1));
    assertEquals(setup.taken, []);
    release();
    assertEquals((await posting).status, 200);
  });
});

Deno.test("closing takes and answers what has been sent", () =>
  withReceiver({}, async (setup) => {
    using client = await Client.connect(setup);
    await client.write(`${HEAD}Content-Length: 4\r\n\r\nlast`);
    await setup.receiver.close();
    assertEquals((await client.answer())?.status, 200);
    assertEquals(setup.taken, ["last"]);
  }));

Deno.test("closing waits for a request that is still arriving, but not for ever", () =>
  withReceiver({}, async (setup) => {
    using client = await Client.connect(setup);
    using stuck = await Client.connect(setup);
    await stuck.write(`${HEAD}Content-Length: 4\r\n\r\nne`);
    await client.write(`${HEAD}Content-Length: 4\r\n\r\nla`);
    while (setup.memory.usedBytes < 2 * 64 * 1024) await new Promise((wait) => setTimeout(wait, 1));
    const closing = setup.receiver.close();
    // Longer than nothing may arrive before other connections are thought to be done.
    await new Promise((wait) => setTimeout(wait, 100));
    await client.write("st");
    assertEquals((await client.answer())?.status, 200);
    await closing;
    assertEquals(setup.taken, ["last"]);
  }));

Deno.test("a mistake in a route costs that request only", async () => {
  const refused: string[] = [];
  const route = {
    contentTypes: ["text/plain"],
    take(body: Uint8Array): HttpAnswer {
      if (body.length === 1) throw new TypeError("oops");
      return { body: "taken" };
    },
    describe: (): HttpAnswer => ({}),
  };
  await withReceiver(
    { routes: { "/in": route }, onRefused: (reason) => refused.push(reason) },
    async (setup) => {
      assertEquals((await post(setup, "x")).status, 500);
      assertEquals((await post(setup, "fine")).status, 200);
      assertEquals(refused, ["internal_error"]);
    },
  );
});
