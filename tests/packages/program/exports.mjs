// Exports a span in every format of @trace/sdk/exporters, redacted, and prints how many bytes each has.
import {
  EXPORT_FORMATS,
  exportSpans,
  findExportFormat,
  parseRedactRule,
  Redactor,
} from "@trace/sdk/exporters";

const redactor = new Redactor([parseRedactRule("remove:secret*")]);
const span = redactor.redact({
  traceId: "00000000000000b1",
  spanId: "00000000000000a1",
  name: "größe",
  kind: "http",
  startTimeUnixNano: 1773223200123456789n,
  endTimeUnixNano: 1773223200124456789n,
  state: "ended",
  attributes: { "secret.word": "s3cr3t", n: 9223372036854775807n },
  service: "shop",
});
const sizes = {};
let text = "";
for (const { name } of EXPORT_FORMATS) {
  sizes[name] = 0;
  for await (const bytes of exportSpans([span], await findExportFormat(name).create())) {
    sizes[name] += bytes.length;
    text += new TextDecoder().decode(bytes);
  }
}
console.log(JSON.stringify({ sizes, isTold: text.includes("s3cr3t"), counts: redactor.counts }));
