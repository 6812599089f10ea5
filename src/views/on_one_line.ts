/** Text with every run of blanks and line breaks as one space, as it is shown and searched. */
export function onOneLine(text: string): string {
  return text.replace(/[ \t\r\n]+/g, " ");
}
