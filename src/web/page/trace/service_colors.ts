import { hashId } from "../../../model/hash_id.ts";

/** How many colours there are: `--service-0` to `--service-15` in the style sheet, for each theme. */
export const SERVICE_COLOR_COUNT = 16;

/**
 * Gives each service of a trace its colour. A service has the same colour in most traces, because its
 * name decides; where two of a trace would have the same, the later one takes the next that is free.
 *
 * @param services Names, in the order in which they appear in the trace.
 * @returns The number of a colour for each.
 */
export function serviceColors(services: readonly string[]): number[] {
  const taken = new Set<number>();
  return services.map((service) => {
    let color = hashId(service) % SERVICE_COLOR_COUNT;
    if (taken.size < SERVICE_COLOR_COUNT) {
      while (taken.has(color)) color = (color + 1) % SERVICE_COLOR_COUNT;
      taken.add(color);
    }
    return color;
  });
}
