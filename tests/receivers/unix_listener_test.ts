import { assert, assertEquals, assertRejects } from "@std/assert";
import { listenUnix } from "../../src/receivers/unix_listener.ts";
import { inTemporaryFolder } from "../testing/temporary_folder.ts";

Deno.test("a socket is private from birth and gone after closing", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/s.sock`;
    const listener = await listenUnix(path);
    const info = await Deno.lstat(path);
    assert(info.isSocket);
    assertEquals((info.mode ?? 0) & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["s.sock"]);
    await listener.close();
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("a regular file, a folder and a live socket at the path are left alone", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "precious");
    await Deno.mkdir(`${folder}/folder`);
    await Deno.symlink(`${folder}/file`, `${folder}/link`);
    await using live = await listenUnix(`${folder}/live`);
    await assertRejects(() => listenUnix(`${folder}/file`), Error, "it is a file");
    await assertRejects(() => listenUnix(`${folder}/folder`), Error, "it is a folder");
    await assertRejects(() => listenUnix(`${folder}/link`), Error, "not a socket");
    await assertRejects(() => listenUnix(`${folder}/live`), Error, "another process is listening");
    await assertRejects(() => listenUnix(`${folder}/no/such`), Error, "does not exist");
    assertEquals(await Deno.readTextFile(`${folder}/file`), "precious");
    const accepted = live.accept();
    (await Deno.connect({ transport: "unix", path: `${folder}/live` })).close();
    (await accepted)?.close();
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
    assertEquals(names, ["file", "folder", "link", "live"]);
  });
});

Deno.test("another user's socket is left alone", {
  ignore: Deno.build.os !== "linux" || Deno.uid() !== 0,
}, async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/theirs`;
    await makeStaleSocket(path);
    await Deno.chown(path, 12345, null);
    await assertRejects(() => listenUnix(path), Error, "belongs to another user");
    assert((await Deno.lstat(path)).isSocket);
  });
});

Deno.test("a stale socket of ours is replaced", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/stale`;
    await makeStaleSocket(path);
    await using listener = await listenUnix(path);
    const accepted = listener.accept();
    (await Deno.connect({ transport: "unix", path })).close();
    (await accepted)?.close();
  });
});

Deno.test("what took the path's place meanwhile survives the closing", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/s`;
    const listener = await listenUnix(path);
    await Deno.remove(path);
    await Deno.writeTextFile(path, "somebody else's");
    await listener.close();
    assertEquals(await Deno.readTextFile(path), "somebody else's");
  });
});

Deno.test("of many that start at once on one path, one listens", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/s`;
    await makeStaleSocket(path);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => listenUnix(path)));
    const listeners = results.filter((result) => result.status === "fulfilled");
    assertEquals(listeners.length, 1);
    assertEquals([...Deno.readDirSync(folder)].map((entry) => entry.name), ["s"]);
    await listeners[0].value.close();
  });
});

Deno.test("a path longer than the kernel allows is refused with its length", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/${"x".repeat(107 - folder.length)}`;
    await assertRejects(() => listenUnix(path), Error, "has 108 bytes");
    await using _longest = await listenUnix(path.slice(0, -1));
  });
});

/** A socket file on which nobody listens, as a killed process leaves it. */
async function makeStaleSocket(path: string): Promise<void> {
  const bound = Deno.listen({ transport: "unix", path: `${path}~` });
  await Deno.link(`${path}~`, path);
  bound.close();
  await Deno.remove(`${path}~`).catch(() => {});
}
