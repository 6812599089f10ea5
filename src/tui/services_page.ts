import type { ServiceNode } from "../analysis/service_graph.ts";
import { fitLine, type Frame, type Line, type Size } from "../terminal/frame.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { countText, formatCount } from "../views/count_text.ts";
import { type ServiceMap, serviceMap, type ServiceMapEdge } from "../views/service_map.ts";
import {
  CURSOR_BINDINGS,
  LIST_START,
  type ListCursor,
  moveCursor,
  selectRow,
} from "./list_cursor.ts";
import { serviceQuery } from "./operation_query.ts";
import type { Page, PageBinding, PageContext, PageUpdate } from "./page.ts";
import {
  callFigures,
  errorShare,
  layOutServices,
  serviceAt,
  serviceMapFrame,
  type ServiceMapLayout,
  serviceName,
} from "./service_map_frame.ts";
import { DIM } from "./span_text.ts";
import { placeColumns, tableHeader, tableRow, type TextTable } from "./text_table.ts";
import { analysisOf, type AnalysisResult } from "./trace_analysis.ts";

const BINDINGS: readonly PageBinding[] = [
  ...CURSOR_BINDINGS,
  { keys: ["l", "right"], help: "what it calls" },
  { keys: ["h", "left"], help: "who calls it" },
  { keys: ["t"], help: "map or table" },
  { keys: ["enter"], help: "traces of the service" },
  { keys: ["y"], help: "copy the name" },
];

/** While all is being counted, the figures on the screen change this often. */
const REFRESH_MS = 500;

/** A service, or one of the calls that it makes. */
interface ServiceRow {
  /** Where the service stands on the map. */
  readonly place: number;
  /** `undefined` for the service itself. */
  readonly call: ServiceMapEdge | undefined;
}

interface ServicesState {
  readonly shown: ServicesSnapshot | undefined;
  /** What the user asked for; a map that has no room is a table all the same. */
  readonly wantsTable: boolean;
  /** The selected service, by what it is. */
  readonly selected: ServiceNode | undefined;
  /** In the table. */
  readonly cursor: ListCursor;
}

/** Who calls whom, how often, with how many errors, and how long that takes. */
export class ServicesPage implements Page {
  readonly title = "Services";
  readonly bindings: readonly PageBinding[] = BINDINGS;
  readonly #state: ServicesState;

  constructor(state: ServicesState) {
    this.#state = state;
  }

  status(context: PageContext): readonly string[] {
    const analysis = analysisOf(context.traces);
    const texts: string[] = [];
    if (analysis.isPartial) texts.push(`counting ${Math.floor(analysis.progress * 100)}%`);
    const { shown } = this.#state;
    if (shown !== undefined) {
      texts.push(countText(shown.map.nodes.length, "node"));
      if (shown.otherCallCount > 0) {
        texts.push(`${countText(shown.otherCallCount, "call")} over further edges left out`);
      }
    }
    return texts;
  }

  work(context: PageContext, budgetMs: number): Page | undefined {
    const analysis = analysisOf(context.traces);
    const work = analysis.work(context, budgetMs);
    const { shown } = this.#state;
    const { result } = analysis;
    const isNew = shown?.result !== result || shown.version !== result.version;
    const isDue = work !== "busy" || shown === undefined || shown.result !== result ||
      performance.now() >= shown.atMs + REFRESH_MS;
    if (isNew && isDue) {
      return new ServicesPage({ ...this.#state, shown: new ServicesSnapshot(result) });
    }
    return work === "idle" ? undefined : this;
  }

  update(input: TerminalInput, { size }: PageContext): PageUpdate | undefined {
    const { shown, wantsTable } = this.#state;
    if (input.type === "key" && input.key === "t") return this.#with({ wantsTable: !wantsTable });
    if (shown === undefined || shown.map.nodes.length === 0) return undefined;
    const layout = this.#layout(shown, size);
    const change = layout === undefined
      ? this.#updateTable(shown, input, size)
      : this.#updateMap(shown, layout, input, size);
    if (change !== undefined) return this.#with(change);
    const node = this.#selectedNode(shown, layout === undefined);
    const isDouble = input.type === "mouse" && input.action === "press" && input.clickCount > 1;
    if (input.type !== "key" && !isDouble) return undefined;
    switch (input.type === "key" ? input.key : "enter") {
      case "enter": {
        if (node.type !== "service") {
          const text = "It sends no spans of its own; choose a service that calls it";
          return { page: this, command: { type: "notice", text } };
        }
        return { page: this, command: { type: "query", text: serviceQuery(node.name) } };
      }
      case "y":
        return { page: this, command: { type: "copy", text: node.name, what: node.type } };
      default:
        return undefined;
    }
  }

  frame({ size, traces }: PageContext): Frame {
    const { shown } = this.#state;
    if (shown === undefined || shown.map.nodes.length === 0) {
      const text = traces.traceCount === 0
        ? "No traces yet"
        : shown === undefined
        ? "Counting…"
        : "No span says which service it is of, and none calls another";
      return fill([[{ text: ` ${text}`, style: DIM }]], size);
    }
    const layout = this.#layout(shown, size);
    if (layout === undefined) return fill(this.#tableLines(shown, size), size);
    return serviceMapFrame(shown.map, layout, this.#place(shown), size);
  }

  #with(change: Partial<ServicesState>): PageUpdate {
    return { page: new ServicesPage({ ...this.#state, ...change }) };
  }

  #layout(shown: ServicesSnapshot, { columns, rows }: Size): ServiceMapLayout | undefined {
    if (this.#state.wantsTable || rows < 8) return undefined;
    return layOutServices(shown.map, columns);
  }

  /** Where the selected service stands; the first one when there is none. */
  #place({ map }: ServicesSnapshot): number {
    const { selected } = this.#state;
    const place = map.nodes.findIndex(({ node }) =>
      node.name === selected?.name && node.type === selected.type
    );
    return Math.max(0, place);
  }

  #selectedNode(shown: ServicesSnapshot, isTable: boolean): ServiceNode {
    if (!isTable) return shown.map.nodes[this.#place(shown)].node;
    const row = shown.rows[Math.min(this.#state.cursor.selected, shown.rows.length - 1)];
    return shown.map.nodes[row.call?.to ?? row.place].node;
  }

  #updateTable(
    shown: ServicesSnapshot,
    input: TerminalInput,
    { rows }: Size,
  ): Partial<ServicesState> | undefined {
    const size = { count: shown.rows.length, height: rows - 1 };
    const fitted = selectRow(this.#state.cursor, this.#state.cursor.selected, size);
    let cursor = moveCursor(fitted, input, size);
    if (input.type === "mouse" && input.action === "press" && input.clickCount === 1) {
      if (input.row < 1 || fitted.top + input.row > shown.rows.length) return undefined;
      cursor = selectRow(fitted, fitted.top + input.row - 1, size);
    }
    return cursor && { cursor, selected: shown.map.nodes[shown.rows[cursor.selected].place].node };
  }

  #updateMap(
    shown: ServicesSnapshot,
    layout: ServiceMapLayout,
    input: TerminalInput,
    { rows }: Size,
  ): Partial<ServicesState> | undefined {
    const { map } = shown;
    const at = this.#place(shown);
    const select = (place: number | undefined): Partial<ServicesState> => ({
      selected: map.nodes[place ?? at].node,
      cursor: selectRow(this.#state.cursor, shown.rowOf(place ?? at), {
        count: shown.rows.length,
        height: rows - 1,
      }),
    });
    if (input.type === "mouse") {
      if (input.action !== "press" || input.clickCount > 1) return undefined;
      const place = serviceAt(map, layout, at, { ...input, rows });
      return place === undefined ? undefined : select(place);
    }
    if (input.type !== "key") return undefined;
    switch (input.key) {
      case "j":
      case "down":
        return select(map.nodes[at + 1]?.layer === map.nodes[at].layer ? at + 1 : undefined);
      case "k":
      case "up":
        return select(map.nodes[at - 1]?.layer === map.nodes[at].layer ? at - 1 : undefined);
      case "l":
      case "right":
        return select(neighbour(map, layout, at, 1));
      case "h":
      case "left":
        return select(neighbour(map, layout, at, -1));
      case "g":
      case "home":
        return select(0);
      case "G":
      case "end":
        return select(map.nodes.length - 1);
      default:
        return undefined;
    }
  }

  #tableLines(shown: ServicesSnapshot, { columns, rows }: Size): Line[] {
    const cursor = selectRow(this.#state.cursor, this.#state.cursor.selected, {
      count: shown.rows.length,
      height: rows - 1,
    });
    const table = servicesTable(shown.map);
    const visible = shown.rows.slice(cursor.top, cursor.top + rows - 1);
    const placed = placeColumns(table, visible, columns);
    return [
      tableHeader(table, placed, columns),
      ...visible.map((row, at) =>
        tableRow(table, placed, row, {
          width: columns,
          isSelected: cursor.top + at === cursor.selected,
        })
      ),
    ];
  }
}

/** Opens the page of services. */
export function createServicesPage(): Page {
  return new ServicesPage({
    shown: undefined,
    wantsTable: false,
    selected: undefined,
    cursor: LIST_START,
  });
}

/** The services as they had been counted at one moment. */
class ServicesSnapshot {
  readonly result: AnalysisResult;
  readonly version: number;
  readonly atMs: number = performance.now();
  readonly map: ServiceMap;
  readonly rows: readonly ServiceRow[];
  readonly otherCallCount: number;

  constructor(result: AnalysisResult) {
    this.result = result;
    this.version = result.version;
    const names = result.stats.groups("service").map(({ name }) => name);
    this.map = serviceMap(result.services.edges, names.filter((name) => name !== ""));
    this.otherCallCount = result.services.otherCallCount;
    const calls: ServiceMapEdge[][] = this.map.nodes.map(() => []);
    for (const edge of this.map.edges) calls[edge.from].push(edge);
    this.rows = calls.flatMap((edges, place) => {
      if (this.map.nodes[place].node.type !== "service") return [];
      edges.sort((a, b) => b.edge.callCount - a.edge.callCount);
      return [{ place, call: undefined }, ...edges.map((call): ServiceRow => ({ place, call }))];
    });
  }

  /** The row of a service in the table. */
  rowOf(place: number): number {
    return Math.max(0, this.rows.findIndex((row) => row.place === place));
  }
}

function servicesTable(map: ServiceMap): TextTable<ServiceRow> {
  const countsOf = ({ place, call }: ServiceRow): { callCount: number; errorCount: number } =>
    call?.edge ?? map.nodes[place];
  return {
    columns: [
      {
        title: "CALLS",
        text: (row) =>
          row.call || countsOf(row).callCount > 0 ? formatCount(countsOf(row).callCount) : "–",
        dispensability: 0,
      },
      {
        title: "ERRORS",
        text: (row) => {
          const { callCount, errorCount } = countsOf(row);
          return errorCount === 0 ? "" : `✗ ${errorShare(errorCount, callCount)}`;
        },
        style: () => ({ color: "red" }),
        dispensability: 1,
      },
      { title: "P95", text: ({ call }) => call ? callFigures(call).time : "", dispensability: 2 },
    ],
    nameTitle: "SERVICE AND WHAT IT CALLS",
    name: ({ place, call }) =>
      call === undefined
        ? [{ text: serviceName(map.nodes[place].node), style: { isBold: true } }]
        : [
          { text: call.isBack ? "  ↺ " : "  → ", style: DIM },
          { text: serviceName(map.nodes[call.to].node) },
        ],
  };
}

/** What a service calls most in a layer further on, or who calls it from one before. */
function neighbour(
  map: ServiceMap,
  { tops }: ServiceMapLayout,
  at: number,
  step: 1 | -1,
): number | undefined {
  const { layer } = map.nodes[at];
  const tied = map.edges.filter(({ from, to }) => (step > 0 ? from : to) === at)
    .sort((a, b) => b.edge.callCount - a.edge.callCount)
    .map(({ from, to }) => step > 0 ? to : from)
    .filter((place) => (map.nodes[place].layer - layer) * step > 0);
  if (tied.length > 0) return tied[0];
  // Nothing is tied to it that way: the nearest one of the next layer.
  let nearest: number | undefined;
  map.nodes.forEach((node, place) => {
    if (node.layer !== layer + step) return;
    const distance = Math.abs(tops[place] - tops[at]);
    if (nearest === undefined || distance < Math.abs(tops[nearest] - tops[at])) nearest = place;
  });
  return nearest;
}

function fill(lines: readonly Line[], { columns, rows }: Size): Line[] {
  const filled = lines.slice(0, rows).map((line) => fitLine(line, columns));
  while (filled.length < rows) filled.push(fitLine([], columns));
  return filled;
}
