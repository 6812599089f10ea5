import type { Span } from "../model/span.ts";
import type { Trace } from "../model/trace.ts";
import { describeSource, type Operation, type OperationSource } from "./operation.ts";
import { measureCalls, type RepeatedCall } from "./repeated_calls.ts";

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
  const byName = new Map<string, { operation: Operation; indexes: number[] }>();
  for (let index = 0; index < trace.nodes.length; index++) {
    const operation = operationOf(trace.nodes[index].span);
    if (operation?.category !== "sql") continue;
    const found = byName.get(operation.name);
    if (found === undefined) byName.set(operation.name, { operation, indexes: [index] });
    else found.indexes.push(index);
  }
  return [...byName.values()]
    .filter(({ indexes }) => indexes.length >= minCalls)
    .map(({ operation, indexes }) => ({
      operation,
      parentIndex: trace.rootIndex,
      indexes,
      ...measureCalls(trace, indexes),
    }));
}

function plain(category: OperationSource["category"], text: string): OperationSource {
  return { category, form: "plain", prefix: "", text, dialect: "generic" };
}
