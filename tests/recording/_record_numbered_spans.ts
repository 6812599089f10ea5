// Records numbered spans until it is killed: prints each number and the time, then hands the span in.
import { RecordingWriter } from "../../src/recording/recording_writer.ts";
import { spanBatch } from "./_recording_fixture.ts";

const writer = await RecordingWriter.open(Deno.args[0]);
const encoder = new TextEncoder();
for (let number = 0;; number++) {
  // Printed first, so that what the file holds has always been announced.
  Deno.stdout.writeSync(encoder.encode(`${number} ${Date.now()}\n`));
  writer.write(spanBatch(number, number + 1));
  await writer.ready;
  if (number % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}
