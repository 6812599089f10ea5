import { Tracer } from "./tracer.ts";

/** The tracer that the environment configures: all a program needs that is run by `trace run`. */
export const tracer: Tracer = new Tracer();
