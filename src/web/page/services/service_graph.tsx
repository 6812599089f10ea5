import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount } from "../../../views/count_text.ts";
import type { MappableEdge, ServiceMap, ServiceMapNode } from "../../../views/service_map.ts";
import { serviceColor } from "../components/service_color.ts";
import { shownText } from "../components/text.tsx";
import { nodeKey, nodeText } from "./service_rows.ts";

/** In pixels, before it is scaled to the room there is. */
const NODE = { width: 188, height: 42, gapX: 64, gapY: 22 };
const MARGIN = 16;
const NAME_CHARACTERS = 23;
const MIN_ZOOM = 0.1;
const MAX_ZOOM = 3;
/** Beyond that many, drawing each would make the page slow; the table has all of them. */
const MAX_NODES = 600;
const MAX_EDGES = 3_000;

/**
 * Who calls whom, callers on the left. A node that is pointed at or chosen shows its calls alone. Drag
 * to move, turn the wheel with Ctrl to zoom.
 */
export function ServiceGraphView(
  { map, selected, onSelect }: {
    map: ServiceMap<MappableEdge>;
    selected: string | undefined;
    onSelect: (key: string | undefined) => void;
  },
): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<string>();
  const [zoom, setZoom] = useState<number>();
  const width = map.layerCount * (NODE.width + NODE.gapX) - NODE.gapX + 2 * MARGIN;
  const height = map.rowCount * (NODE.height + NODE.gapY) - NODE.gapY + 2 * MARGIN;
  const fitted = useFit(box, width, height);
  const scale = zoom ?? fitted;
  const shown = map.nodes.slice(0, MAX_NODES);
  const places = useMemo(() => placeNodes(map), [map]);
  const active = hovered ?? selected;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    // Not as an attribute: such listeners must not stop the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const next = scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15);
      setZoom(Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, next)));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [scale]);
  const maxCalls = map.edges.reduce((most, { edge }) => Math.max(most, edge.callCount), 1);
  const edges = map.edges.filter(({ from, to }) => from < MAX_NODES && to < MAX_NODES)
    .slice(0, MAX_EDGES);
  // Whom the active one calls, and who calls it.
  const near = active === undefined ? undefined : new Set([
    active,
    ...edges.map(({ edge }) => [nodeKey(edge.caller), nodeKey(edge.callee)])
      .filter((ends) => ends.includes(active)).flat(),
  ]);
  return (
    <div class="service-box">
      <div class="service-graph" ref={box} tabIndex={0} role="group" aria-label="Graph of services">
        <svg
          width={width * scale}
          height={height * scale}
          viewBox={`0 0 ${width} ${height}`}
          onClick={(event) => event.target === event.currentTarget && onSelect(undefined)}
        >
          <defs>
            {["plain", "error"].map((kind) => (
              <marker
                key={kind}
                id={`arrow-${kind}`}
                class={`service-arrow is-${kind}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M0 0L8 4L0 8z" />
              </marker>
            ))}
          </defs>
          {edges.map(({ edge, from, to, isBack }) => {
            const ends = [nodeKey(edge.caller), nodeKey(edge.callee)];
            const kind = isFailing(edge) ? "error" : "plain";
            const state = active === undefined || ends.includes(active) ? "" : "is-faint";
            return (
              <path
                key={ends.join("\0")}
                class={`service-edge is-${kind} ${state}`}
                d={edgePath(places[from], places[to], isBack)}
                stroke-width={1 + 2 * Math.log1p(edge.callCount) / Math.log1p(maxCalls)}
                marker-end={`url(#arrow-${kind})`}
              />
            );
          })}
          {active !== undefined && edges.map(({ edge, from, to, isBack }) => {
            const ends = [nodeKey(edge.caller), nodeKey(edge.callee)];
            if (!ends.includes(active)) {
              return null;
            }
            const { x, y } = middleOf(places[from], places[to], isBack);
            return (
              <text key={ends.join("\0")} class="service-calls" x={x} y={y - 5}>
                {shortCount(edge.callCount)}×
              </text>
            );
          })}
          {shown.map((node, index) => {
            const key = nodeKey(node.node);
            const { x, y } = places[index];
            const isNear = near === undefined || near.has(key);
            const { type } = node.node;
            const color = type === "service"
              ? `var(${serviceColor(node.node.name)})`
              : "var(--strong-line)";
            return (
              <g
                key={key}
                class={`service-node is-${type} ${isNear ? "" : "is-faint"} ${
                  key === selected ? "is-selected" : ""
                }`}
                transform={`translate(${x} ${y})`}
                role="button"
                tabIndex={0}
                aria-pressed={key === selected}
                onPointerEnter={() => setHovered(key)}
                onPointerLeave={() => setHovered(undefined)}
                onClick={() => onSelect(key === selected ? undefined : key)}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" && event.key !== " ") {
                    return;
                  }
                  event.preventDefault();
                  onSelect(key === selected ? undefined : key);
                }}
              >
                <rect
                  width={NODE.width}
                  height={NODE.height}
                  rx={type === "service" ? 8 : type === "database" ? 18 : 2}
                >
                  <title>{describeNode(node)}</title>
                </rect>
                <rect
                  class="service-stripe"
                  width="5"
                  height={NODE.height - 16}
                  x="6"
                  y="8"
                  rx="2"
                  style={{ fill: color }}
                />
                <text x="19" y="18" class="service-title">
                  {clip(nodeText(node.node))}
                </text>
                <text x="19" y="33" class="service-figures">
                  {type === "service" ? "" : `${type} · `}
                  {node.callCount === 0 ? "entry" : `${shortCount(node.callCount)} calls`}
                  {node.errorCount > 0 && (
                    <tspan class="service-errors" dx="6">✗ {shortCount(node.errorCount)}</tspan>
                  )}
                </text>
              </g>
            );
          })}
        </svg>
      </div>
      <div class="service-tools">
        {map.nodes.length > MAX_NODES && (
          <span class="dim">
            {formatCount(MAX_NODES)} of {formatCount(map.nodes.length)}{" "}
            are drawn; all are in the table
          </span>
        )}
        {([["−", "Smaller", 1 / 1.25], ["+", "Larger", 1.25]] as const).map(([sign, label, by]) => (
          <button
            key={label}
            type="button"
            class="tool"
            aria-label={label}
            onClick={() => setZoom(Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, scale * by)))}
          >
            {sign}
          </button>
        ))}
        <button
          type="button"
          class="tool"
          onClick={() => setZoom(undefined)}
        >
          Fit
        </button>
      </div>
    </div>
  );
}

/** Calls that fail now and then are normal; these are worth a look. */
const MIN_ERROR_SHARE = 0.05;

function isFailing({ errorCount, callCount }: MappableEdge): boolean {
  return errorCount / callCount >= MIN_ERROR_SHARE;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Layers with few nodes stand in the middle. */
function placeNodes(map: ServiceMap<MappableEdge>): readonly Place[] {
  const counts = new Array<number>(map.layerCount).fill(0);
  for (const { layer } of map.nodes) counts[layer]++;
  return map.nodes.map(({ layer, row }) => ({
    x: MARGIN + layer * (NODE.width + NODE.gapX),
    y: MARGIN + ((map.rowCount - counts[layer]) / 2 + row) * (NODE.height + NODE.gapY),
  }));
}

function edgePath(from: Place, to: Place, isBack: boolean): string {
  const y1 = from.y + NODE.height / 2;
  const y2 = to.y + NODE.height / 2;
  if (!isBack) {
    const [x1, x2] = [from.x + NODE.width, to.x - 2];
    const bend = (x2 - x1) / 2;
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  // Out on the right, below both, and in from the right.
  const [x1, x2] = [from.x + NODE.width, to.x + NODE.width + 2];
  const out = Math.max(x1, x2) + NODE.gapX * 0.45;
  return from === to
    ? `M${x1} ${y1 - 8}C${out} ${y1 - 26} ${out} ${y1 + 26} ${x2} ${y1 + 8}`
    : `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`;
}

function middleOf(from: Place, to: Place, isBack: boolean): Place {
  const y = (from.y + to.y + NODE.height) / 2;
  return isBack
    ? { x: Math.max(from.x, to.x) + NODE.width + NODE.gapX * 0.34, y }
    : { x: (from.x + NODE.width + to.x) / 2, y };
}

function describeNode({ node, callCount, errorCount }: ServiceMapNode): string {
  const calls = `${formatCount(callCount)} calls, ${formatCount(errorCount)} with errors`;
  return `${shownText(nodeText(node))} (${node.type}): ${calls}`;
}

/** A count in few characters: `9,876`, `243k`, `1.2M`. */
function shortCount(count: number): string {
  if (count < 10_000) return formatCount(count);
  const [unit, name] = count < 999_500 ? [1e3, "k"] : [1e6, "M"];
  return `${Number((count / unit).toPrecision(3))}${name}`;
}

function clip(name: string): string {
  const characters = [...shownText(name, 200)];
  return characters.length <= NAME_CHARACTERS
    ? characters.join("")
    : `${characters.slice(0, NAME_CHARACTERS - 1).join("")}…`;
}

/** The scale at which all of it can be seen, unless that would be too small to read. */
function useFit(
  box: { readonly current: HTMLElement | null },
  width: number,
  height: number,
): number {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  if (size.width === 0) return 1;
  return Math.min(1.2, Math.max(0.5, Math.min(size.width / width, size.height / height)));
}
