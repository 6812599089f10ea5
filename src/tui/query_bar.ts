import { compileQuery, type SpanQuery } from "../query/compile_query.ts";
import { completeQuery, type QueryCompletion } from "../query/complete_query.ts";
import { QueryError } from "../query/query_error.ts";
import type { QueryNames } from "../query/query_names.ts";
import type { TerminalInput } from "../terminal/keys.ts";
import { type EditedText, editText, insertText } from "./text_edit.ts";

/** A query that is being typed. */
export interface QueryBar extends EditedText {
  /** What may stand at the cursor, the likeliest first. */
  readonly completions: readonly QueryCompletion[];
  /** Which completion the user has gone to. */
  readonly chosen: number | undefined;
  /** Why the text is no query yet. */
  readonly error: QueryError | undefined;
  /** How many queries back in the history this one was taken from; 0 for none. */
  readonly back: number;
}

/** What the bar works with. */
export interface QueryBarContext {
  readonly names: QueryNames;
  /** Queries of this session, the latest last. */
  readonly history: readonly string[];
}

/** What becomes of the bar: it goes on, it is given up, or its query is to be applied. */
export type QueryBarUpdate =
  | { readonly type: "bar"; readonly bar: QueryBar }
  | { readonly type: "close" }
  /** `undefined` for an empty one, which finds everything. */
  | { readonly type: "apply"; readonly query: SpanQuery | undefined };

/** Keys of the bar, for the help. */
export const QUERY_BAR_BINDINGS = [
  { keys: ["enter"], help: "apply; empty: all traces" },
  { keys: ["tab"], help: "take the completion" },
  { keys: ["down", "up"], help: "completions, history" },
  { keys: ["escape"], help: "leave the query as it was" },
] as const;

const MAX_COMPLETIONS = 50;

/** Opens the bar with the query that is applied. */
export function openQueryBar(text: string, context: QueryBarContext): QueryBar {
  return withText({ text, cursor: text.length }, context, 0);
}

/** Looks again what may be completed, after more names have become known. */
export function refreshQueryBar(bar: QueryBar, context: QueryBarContext): QueryBar {
  return { ...withText(bar, context, bar.back), chosen: bar.chosen };
}

/** The bar after an input. */
export function updateQueryBar(
  bar: QueryBar,
  input: TerminalInput,
  context: QueryBarContext,
): QueryBarUpdate {
  const { completions, chosen } = bar;
  function goOn(edited: EditedText, back = 0): QueryBarUpdate {
    return { type: "bar", bar: withText(edited, context, back) };
  }
  if (input.type === "mouse") return { type: "bar", bar };
  if (input.type === "paste") return goOn(insertText(bar, input.text));
  switch (input.key) {
    case "escape":
      return { type: "close" };
    case "enter":
      if (chosen !== undefined) return goOn(accept(bar, completions[chosen]));
      return apply(bar);
    case "tab":
      if (completions.length === 0) return { type: "bar", bar };
      return goOn(accept(bar, completions[chosen ?? 0]));
    case "down":
    case "ctrl+n":
      if (bar.back > 0) return goOn(fromHistory(context.history, bar.back - 1), bar.back - 1);
      return { type: "bar", bar: { ...bar, chosen: step(chosen, 1, completions.length) } };
    case "up":
    case "ctrl+p":
    case "shift+tab":
      if (chosen !== undefined) {
        return { type: "bar", bar: { ...bar, chosen: step(chosen, -1, completions.length) } };
      }
      if (bar.back >= context.history.length || input.key === "shift+tab") {
        return { type: "bar", bar };
      }
      return goOn(fromHistory(context.history, bar.back + 1), bar.back + 1);
    case "backspace":
      if (bar.text === "") return { type: "close" };
  }
  const edited = editText(bar, input.key);
  return edited === undefined ? { type: "bar", bar } : goOn(edited);
}

/** Compiles a text; a text of blanks is no query, and no error either. */
function compile(text: string): { query?: SpanQuery; error?: QueryError } {
  if (text.trim() === "") return {};
  try {
    return { query: compileQuery(text) };
  } catch (error) {
    if (error instanceof QueryError) return { error };
    throw error;
  }
}

function apply(bar: QueryBar): QueryBarUpdate {
  const { query, error } = compile(bar.text);
  return error === undefined ? { type: "apply", query } : { type: "bar", bar: { ...bar, error } };
}

function withText(edited: EditedText, context: QueryBarContext, back: number): QueryBar {
  const { text, cursor } = edited;
  const completions = completeQuery(text, cursor, context.names, { limit: MAX_COMPLETIONS })
    // What stands there already need not be offered.
    .filter((each) => each.text !== text.slice(each.from, each.to));
  return { text, cursor, completions, chosen: undefined, error: compile(text).error, back };
}

/** Writes a completion; a blank follows where the next word needs one. */
function accept({ text }: EditedText, completion: QueryCompletion): EditedText {
  const { from, to, type } = completion;
  const rest = text.slice(to);
  const isOpen = /[(\s.]$/.test(completion.text);
  const blank = isOpen || rest.startsWith(" ") ? "" : " ";
  const lead = type === "operator" && from > 0 && !/\s$/.test(text.slice(0, from)) ? " " : "";
  const before = text.slice(0, from) + lead + completion.text + blank;
  return { text: before + rest, cursor: before.length };
}

function step(chosen: number | undefined, by: 1 | -1, count: number): number | undefined {
  if (count === 0) return undefined;
  const next = (chosen ?? -1) + by;
  // Above the first one is the text itself.
  return next < 0 ? undefined : Math.min(next, count - 1);
}

function fromHistory(history: readonly string[], back: number): EditedText {
  const text = back === 0 ? "" : history[history.length - back];
  return { text, cursor: text.length };
}
