import { countText, formatCount } from "../views/count_text.ts";
import type { FlameGraph } from "../views/flame_graph.ts";
import { formatNano } from "../views/time_text.ts";
import { NO_NAME } from "./_frame_name.ts";
import { ROW_HEIGHT, type ServiceColors, SVG_MARGIN, SVG_WIDTH } from "./_svg_style.ts";
import { fitText, px, xmlLines, xmlText } from "./_svg_text.ts";
import type { SvgPart } from "./_svg_waterfall.ts";

const WIDTH = SVG_WIDTH - 2 * SVG_MARGIN;
/** Narrower boxes cannot be seen. */
const MIN_WIDTH = 0.3 / WIDTH;
/** Further rows would make a picture that nobody looks at. */
const MAX_ROWS = 200;
const MIN_TEXT_WIDTH = 24;
const MAX_TOOLTIP_LINE = 300;

/**
 * Draws where the time of a trace went: the root at the top, below each box what it called.
 *
 * @param top Where to begin, in pixels.
 */
export function drawFlameGraph(graph: FlameGraph, top: number, colors: ServiceColors): SvgPart {
  const boxes = graph.boxes({ minWidth: MIN_WIDTH, toRow: MAX_ROWS });
  const parts: string[] = [];
  for (const { box, row, from, width } of boxes) {
    const x = SVG_MARGIN + from * WIDTH;
    const y = top + row * ROW_HEIGHT;
    const name = graph.nameOf(box) || NO_NAME;
    const service = graph.serviceOf(box);
    const boxWidth = Math.max(0.3, width * WIDTH - 0.5);
    const isError = graph.errorCounts[box] > 0;
    const rect = (classes: string): string =>
      `<rect class="${classes}" x="${px(x)}" y="${px(y)}" width="${px(boxWidth)}" height="${
        ROW_HEIGHT - 1
      }"/>`;
    const tooltip = [
      name,
      ...(service === "" ? [] : [`service ${service}`]),
      `${countText(graph.counts[box], "span")}, ${formatNano(graph.totalNano[box])}, ` +
      `${formatNano(graph.selfNano[box])} of it itself`,
      ...(isError ? [countText(graph.errorCounts[box], "error")] : []),
    ].map((line) => line.slice(0, MAX_TOOLTIP_LINE));
    const count = graph.counts[box];
    const label = boxWidth < MIN_TEXT_WIDTH
      ? ""
      : fitText(count > 1 ? `${name} ×${formatCount(count)}` : name, boxWidth - 8);
    const text = label === ""
      ? ""
      : `<text x="${px(x + 4)}" y="${px(y + 13)}">${xmlText(label)}</text>`;
    parts.push(
      `<g><title>${xmlLines(tooltip)}</title>${rect(colors.classOf(service))}${
        isError ? rect("x") : ""
      }${text}</g>\n`,
    );
  }
  const height = Math.min(graph.rowCount, MAX_ROWS) * ROW_HEIGHT;
  const notes = [];
  const deeper = graph.rowCount - MAX_ROWS;
  if (deeper > 0) notes.push(`${countText(deeper, "deeper level")} left out`);
  let drawable = 0;
  for (let box = 0; box < graph.boxCount; box++) if (graph.depths[box] < MAX_ROWS) drawable++;
  const narrow = drawable - boxes.length;
  if (narrow > 0) {
    notes.push(
      `${formatCount(narrow)} ${narrow === 1 ? "box is" : "boxes are"} too narrow to be drawn`,
    );
  }
  if (notes.length === 0) return { svg: parts.join(""), height };
  parts.push(
    `<text class="d" x="${SVG_MARGIN}" y="${px(top + height + 13)}">${
      xmlText(notes.join(", "))
    }</text>\n`,
  );
  return { svg: parts.join(""), height: height + ROW_HEIGHT };
}
