import type { Operation } from "./operation.ts";

/** What is the same for two operations if they are the same one, also of two recordings. */
export function operationKey({ service, category, name }: Operation): string {
  return `${service}\0${category}\0${name}`;
}
