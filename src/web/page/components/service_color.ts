import { fnvHash } from "../../../wire/fnv_hash.ts";

/** How many colours there are for services: `--service-0` and so on. */
export const COLOR_COUNT = 12;

/** The name of the colour of a service: the same one everywhere, and every time. */
export function serviceColor(service: string): `--service-${number}` {
  return `--service-${serviceColorNumber(service)}`;
}

/** The number of the colour of a service. */
export function serviceColorNumber(service: string): number {
  return (fnvHash(service).low >>> 0) % COLOR_COUNT;
}
