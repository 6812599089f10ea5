import type { Spanset } from "./_query_tree.ts";

/** An operator with something on both sides. */
export type BinaryOperator =
  | { readonly type: "and" | "or" }
  | Pick<Extract<Spanset, { type: "relation" }>, "type" | "relation" | "kept">;

const RELATIONS = {
  ">>": "descendant",
  ">": "child",
  "<<": "ancestor",
  "<": "parent",
  "~": "sibling",
} as const;

/** The operators that stand between spansets only, by how they are written. */
const RELATION_OPERATORS: ReadonlyMap<string, BinaryOperator> = new Map(
  Object.entries(RELATIONS).flatMap(([text, relation]): [string, BinaryOperator][] => [
    [text, { type: "relation", relation, kept: "related" }],
    [`!${text}`, { type: "relation", relation, kept: "unrelated" }],
    [`&${text}`, { type: "relation", relation, kept: "both" }],
  ]),
);

/** The operators for the structure of a trace, as they are written. */
export const RELATION_TEXTS: readonly string[] = [...RELATION_OPERATORS.keys()];

/** The operator for the structure of a trace that a token is, if it is one. */
export function findRelation(text: string): BinaryOperator | undefined {
  return RELATION_OPERATORS.get(text);
}

/** `and`, `or` and `not` may be words, in small letters or capitals; quoted they are text. */
export function operatorWord(text: string): "and" | "or" | "not" | undefined {
  switch (text) {
    case "and":
    case "AND":
      return "and";
    case "or":
    case "OR":
      return "or";
    case "not":
    case "NOT":
      return "not";
    default:
      return undefined;
  }
}
