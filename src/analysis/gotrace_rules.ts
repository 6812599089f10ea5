import { durationNano, type Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { describeSource, type Operation, type OperationSource } from "./operation.ts";
import type { RepeatedCall } from "./repeated_calls.ts";

/**
 * Tells what a span does by go-trace's rules: its kind alone decides, endpoints and functions are named
 * as they are, and statements with `?` for literals. Kinds that go-trace does not know count as the
 * nearest one of its own.
 */
export function describeGoTraceSource(span: Span): OperationSource {
  switch (span.kind) {
    case "http":
      return plain("endpoint", span.name);
    case "function":
      return plain("function", span.name);
    case "sql":
      return describeSource(span);
    default: {
      const source = describeSource(span);
      if (source.category === "sql") return source;
      const isRequest = source.category === "endpoint" || source.category === "http" ||
        source.category === "rpc";
      return plain(isRequest ? "endpoint" : "function", span.name);
    }
  }
}

/** Finds N+1 by go-trace's rule: the same statement at least so often in one trace, whoever's it is. */
export function findGoTraceRepeats(
  trace: Trace,
  operationOf: (span: Span) => Operation | undefined,
  minCalls = 5,
): RepeatedCall[] {
  const byName = new Map<string, { operation: Operation; indexes: number[]; totalNano: number }>();
  for (let index = 0; index < trace.nodes.length; index++) {
    const { span } = trace.nodes[index];
    const operation = operationOf(span);
    if (operation?.category !== "sql") continue;
    let found = byName.get(operation.name);
    if (found === undefined) {
      byName.set(operation.name, found = { operation, indexes: [], totalNano: 0 });
    }
    found.indexes.push(index);
    found.totalNano += Math.max(0, Number(durationNano(span) ?? 0n));
  }
  return [...byName.values()]
    .filter(({ indexes }) => indexes.length >= minCalls)
    .map((found) => ({
      ...found,
      parentIndex: trace.rootIndex,
      wallNano: found.totalNano,
      isParallel: false,
    }));
}

function plain(category: OperationSource["category"], text: string): OperationSource {
  return { category, form: "plain", prefix: "", text, dialect: "generic" };
}
