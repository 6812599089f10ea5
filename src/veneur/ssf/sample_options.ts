import type { SsfSample, SsfScope, SsfTags } from "../../wire/ssf/ssf_span.ts";

/** Options of the helpers that make samples. */
export interface SampleOptions {
  /** What the value is counted in, such as `bytes`. */
  unit?: string;
  /** When it was measured, in nanoseconds since the Unix epoch. @default none: when the span was */
  timestamp?: bigint;
  /** How far it is to be aggregated. @default "default" */
  scope?: SsfScope;
  /** The share of samples that is reported, in (0, 1]; anything else is ignored. @default 1 */
  sampleRate?: number;
}

let prefix = "";

/** What the names of new samples begin with. */
export function namePrefix(): string {
  return prefix;
}

/** Sets what the names of all samples begin with that are made from now on, such as `shop.`. */
export function setNamePrefix(newPrefix: string): void {
  prefix = newPrefix;
}

/** Makes a sample with what all kinds have in common. */
export function makeSample(
  own: Pick<SsfSample, "metric" | "name"> & Partial<SsfSample>,
  tags: SsfTags,
  options: SampleOptions,
): SsfSample {
  const { sampleRate = 1 } = options;
  return {
    value: 0,
    message: "",
    status: "ok",
    ...own,
    name: prefix + own.name,
    timestamp: options.timestamp ?? 0n,
    sampleRate: isRate(sampleRate) ? sampleRate : 1,
    tags: Object.assign(Object.create(null), tags),
    unit: options.unit ?? own.unit ?? "",
    scope: options.scope ?? "default",
  };
}

/** Whether a number is a share of samples: in (0, 1]. */
export function isRate(rate: number): boolean {
  return rate > 0 && rate <= 1;
}
