// Has mermaid parse the chart of the file named, and prints its bars as JSON.
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

// mermaid looks for a page as soon as it is loaded. It is no CommonJS module.
const { window } = new JSDOM("<!doctype html><body></body>");
Object.assign(globalThis, { window, document: window.document });
const name = "mermaid";

import(name).then(async ({ default: mermaid }) => {
  mermaid.initialize({ startOnLoad: false });
  const text = readFileSync(process.argv[2], "utf8");
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const bars = db.getTasks().map((task) => ({
    name: task.task.trim(),
    section: task.section,
    start: task.startTime.getTime(),
    end: task.endTime.getTime(),
    isCritical: Boolean(task.crit),
    isActive: Boolean(task.active),
  }));
  console.log(JSON.stringify({ type, bars }));
});
