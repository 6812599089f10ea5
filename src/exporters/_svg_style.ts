/** How wide the picture is, in pixels. */
export const SVG_WIDTH = 1200;
export const SVG_MARGIN = 16;
export const ROW_HEIGHT = 18;

/** Hues that services take in turn. */
const HUES = [210, 30, 140, 275, 50, 180, 330, 95, 250, 10];

/** The classes of services, by the order in which they are met. */
export class ServiceColors {
  readonly #classes = new Map<string, string>();

  /** Services in the order in which they were met, with their classes. */
  get all(): readonly (readonly [service: string, className: string])[] {
    return [...this.#classes];
  }

  classOf(service: string): string {
    let name = this.#classes.get(service);
    if (name === undefined) {
      this.#classes.set(service, name = `c${this.#classes.size % HUES.length}`);
    }
    return name;
  }
}

function serviceRules(saturation: number, lightness: number): string {
  return HUES.map((hue, place) => `.c${place}{fill:hsl(${hue},${saturation}%,${lightness}%)}`).join(
    "",
  );
}

/** The styles of the picture; the colours follow the reader's preference. */
export const SVG_STYLE = `<style>
text{font:11px system-ui,sans-serif;fill:#1f2328}
.h{font-size:14px;font-weight:600}.d{fill:#59636e}.e{fill:#c21f2f}.b{fill:#fff}
.g{stroke:#d1d9e0;fill:none}.k{fill:#1f2328}.x{stroke:#c21f2f;fill:none;stroke-width:1.5}
.r{fill-opacity:.35;stroke:#59636e;stroke-dasharray:3 2}.m{fill-opacity:.25}
${serviceRules(62, 70)}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.d{fill:#9198a1}.e{fill:#ff7b72}.b{fill:#0d1117}
.g{stroke:#3d444d}.k{fill:#e6edf3}.x{stroke:#ff7b72}.r{stroke:#9198a1}
${serviceRules(38, 38)}}
</style>`;
