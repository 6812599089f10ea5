// Has mermaid parse the chart of the file named, and prints its bars as JSON.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><body></body>");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false });
const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(
  readFileSync(process.argv[2], "utf8"),
);
const bars = db.getTasks().map((task) => ({
  name: task.task.trim(),
  section: task.section,
  start: task.startTime.getTime(),
  end: task.endTime.getTime(),
  isCritical: Boolean(task.crit),
  isActive: Boolean(task.active),
}));
console.log(JSON.stringify({ type, bars }));
