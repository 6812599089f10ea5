import { COLOR_COUNT } from "../components/service_color.ts";

/** The colours that canvases draw with, as the style sheet has them. */
export interface CanvasTheme {
  /** `dark` or `light`, or whatever else tells two apart. */
  readonly name: string;
  readonly background: string;
  readonly text: string;
  readonly dim: string;
  readonly grid: string;
  readonly hover: string;
  readonly selected: string;
  readonly accent: string;
  readonly error: string;
  readonly running: string;
  readonly warning: string;
  readonly path: string;
  readonly match: string;
  readonly onBar: string;
  /** By number of the colour. */
  readonly services: readonly string[];
  readonly font: string;
}

/**
 * Reads the colours of a style: custom properties, so that the two themes are told once, in CSS.
 *
 * @param styleOf The value of a property, empty where there is none.
 */
export function readCanvasTheme(name: string, styleOf: (property: string) => string): CanvasTheme {
  return {
    name,
    background: styleOf("--background"),
    text: styleOf("--text"),
    dim: styleOf("--dim"),
    grid: styleOf("--line"),
    hover: styleOf("--hover"),
    selected: styleOf("--selected"),
    accent: styleOf("--accent"),
    error: styleOf("--red"),
    running: styleOf("--green"),
    warning: styleOf("--amber"),
    path: styleOf("--path"),
    match: styleOf("--match"),
    onBar: styleOf("--on-bar"),
    services: Array.from({ length: COLOR_COUNT }, (_, at) => styleOf(`--service-${at}`)),
    font: "11px ui-sans-serif, system-ui, sans-serif",
  };
}
