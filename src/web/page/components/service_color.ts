import { fnvHash } from "../../../wire/fnv_hash.ts";

/** How many colours there are for services: `--service-0` and so on. */
export const COLOR_COUNT = 12;
/** As many names are remembered; further ones may share a colour although another is free. */
const MAX_NAMES = 1_000;

const numbers = new Map<string, number>();

/** The name of the colour of a service, the same one on all pages. */
export function serviceColor(service: string): `--service-${number}` {
  return `--service-${serviceColorNumber(service)}`;
}

/**
 * The number of the colour of a service: one that its name decides, unless another service has been seen
 * with that; then the next that is free, so that twelve services differ.
 */
export function serviceColorNumber(service: string): number {
  const known = numbers.get(service);
  if (known !== undefined) return known;
  let color = (fnvHash(service).low >>> 0) % COLOR_COUNT;
  if (numbers.size >= MAX_NAMES) return color;
  if (numbers.size < COLOR_COUNT) {
    const taken = new Set(numbers.values());
    while (taken.has(color)) color = (color + 1) % COLOR_COUNT;
  }
  numbers.set(service, color);
  return color;
}
