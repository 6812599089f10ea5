import { COLOR_COUNT, serviceColorNumber } from "../components/service_color.ts";

/**
 * Gives each service of a trace its colour: the one that it has everywhere, unless an earlier service of
 * the trace has that; then the next that is free.
 *
 * @param services Names, in the order in which they appear in the trace.
 * @returns The number of a colour for each.
 */
export function serviceColors(services: readonly string[]): number[] {
  const taken = new Set<number>();
  return services.map((service) => {
    let color = serviceColorNumber(service);
    if (taken.size < COLOR_COUNT) {
      while (taken.has(color)) color = (color + 1) % COLOR_COUNT;
      taken.add(color);
    }
    return color;
  });
}
