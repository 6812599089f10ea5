/**
 * Follows the stream of a browser view as a page does, and asks for the rows that are shown whenever something
 * has changed. Prints a line once it has been told of the source.
 *
 *     deno run --allow-net bench/web_page.ts http://127.0.0.1:8722
 */
if (import.meta.main) {
  const [origin] = Deno.args;
  const { body } = await fetch(`${origin}/api/stream`);
  if (body === null) throw new Error("The stream has no body");
  let isTold = false;
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    if (!text.includes("event: info")) continue;
    const rows = await fetch(`${origin}/api/traces?limit=50`);
    await rows.body?.cancel();
    if (!isTold) console.log("open");
    isTold = true;
  }
}
