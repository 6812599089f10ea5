import type { Field } from "./_field.ts";
import type { Pattern } from "./_pattern.ts";
import type { Relation } from "./_relate.ts";

/** How a field is compared with a value. */
export type Comparator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~";

/** A value as a query writes it. */
export type Literal =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "number"; readonly value: number | bigint }
  /** In nanoseconds. */
  | { readonly type: "duration"; readonly value: number | bigint }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "nil" }
  | { readonly type: "pattern"; readonly pattern: Pattern };

/** A field and what it is compared with. */
export interface Comparison {
  readonly type: "comparison";
  readonly field: Field;
  readonly comparator: Comparator;
  /** Several mean: equal to one of them (`=`), or to none (`!=`). */
  readonly literals: readonly Literal[];
}

/** What is asked of one span. */
export type Condition =
  | Comparison
  | { readonly type: "constant"; readonly value: boolean }
  /** Text that occurs anywhere in the span. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "not"; readonly part: Condition }
  | { readonly type: "all" | "any"; readonly parts: Condition[] };

/** What is computed of a set of spans. */
export type AggregateName = "count" | "avg" | "min" | "max" | "sum";

/** A way to get some of the spans of one trace. */
export type Spanset =
  | { readonly type: "filter"; readonly condition: Condition }
  /** All spans of all parts: of `both` none if one part has none. */
  | { readonly type: "both" | "either"; readonly parts: Spanset[] }
  | {
    readonly type: "relation";
    readonly relation: Relation;
    /** Which spans are kept: the right ones that are related, those that are not, or related ones of both. */
    readonly kept: "related" | "unrelated" | "both";
    readonly left: Spanset;
    readonly right: Spanset;
  }
  /** Those of the input that meet a condition. */
  | { readonly type: "narrow"; readonly input: Spanset; readonly condition: Condition }
  /** The input, if what is computed of it passes. */
  | {
    readonly type: "aggregate";
    readonly input: Spanset;
    readonly aggregate: AggregateName;
    /** Absent for `count`. */
    readonly field?: Field;
    readonly comparator: Comparator;
    readonly limit: number;
  };
