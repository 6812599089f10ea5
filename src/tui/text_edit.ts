/** A line of text that is being typed. */
export interface EditedText {
  readonly text: string;
  /** Where the cursor is, in UTF-16 units. */
  readonly cursor: number;
}

/** Longer text than anybody types; what is pasted is cut. */
const MAX_LENGTH = 4096;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text after a key, or `undefined` when it is none for editing. */
export function editText(edited: EditedText, key: string): EditedText | undefined {
  const { text, cursor } = edited;
  switch (key) {
    case "left":
    case "ctrl+b":
      return { text, cursor: before(edited) };
    case "right":
    case "ctrl+f":
      return { text, cursor: after(edited) };
    case "home":
    case "ctrl+a":
      return { text, cursor: 0 };
    case "end":
    case "ctrl+e":
      return { text, cursor: text.length };
    case "backspace":
      return remove(edited, before(edited), cursor);
    case "delete":
    case "ctrl+d":
      return remove(edited, cursor, after(edited));
    case "ctrl+u":
      return remove(edited, 0, cursor);
    case "ctrl+k":
      return remove(edited, cursor, text.length);
    case "ctrl+w":
      return remove(edited, text.slice(0, cursor).search(/\S+\s*$|\s+$|$/), cursor);
    case "space":
      return insertText(edited, " ");
  }
  return [...key].length === 1 ? insertText(edited, key) : undefined;
}

/** The text with more at the cursor; line breaks become blanks. */
export function insertText({ text, cursor }: EditedText, more: string): EditedText {
  const inserted = more.slice(0, MAX_LENGTH - text.length).replace(/[\r\n]+/g, " ");
  return {
    text: text.slice(0, cursor) + inserted + text.slice(cursor),
    cursor: cursor + inserted.length,
  };
}

function remove({ text }: EditedText, from: number, to: number): EditedText {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

/** Where what the reader sees as the character before the cursor begins. */
function before({ text, cursor }: EditedText): number {
  let start = 0;
  // Characters are short: looking at the last few units is enough.
  const from = Math.max(0, cursor - 64);
  for (const { index } of graphemes.segment(text.slice(from, cursor))) start = from + index;
  return start;
}

function after({ text, cursor }: EditedText): number {
  for (const { segment } of graphemes.segment(text.slice(cursor, cursor + 64))) {
    return cursor + segment.length;
  }
  return cursor;
}
