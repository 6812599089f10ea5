/** The middle value; of an even number the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Prints rows of text under a title, the first column to the left and the others to the right. */
export function printTable(title: string, header: string[], rows: readonly string[][]): void {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  console.log(`\n${title}`);
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
    );
    console.log(`  ${cells.join("  ").trimEnd()}`);
  }
}

/** Formats a number of bytes in millions. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** Formats a rate in thousands a second. */
export function thousands(perSecond: number): string {
  return `${(perSecond / 1e3).toFixed(0)} k/s`;
}

/** Formats how many times larger one number is than another. */
export function ratio(value: number, other: number): string {
  return `${(value / other).toFixed(2)}×`;
}
