/**
 * The name that was most probably meant: the same but for capitals, dashes and underscores, or for one
 * letter.
 */
export function findSimilarName(name: string, names: readonly string[]): string | undefined {
  const plain = simplify(name);
  return names.find((each) => simplify(each) === plain) ??
    (plain.length > 3 ? names.find((each) => differsByOne(simplify(each), plain)) : undefined);
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[-_:]/g, "");
}

/** Whether one letter more, less or other makes one of the other; or two that changed places. */
function differsByOne(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(2) === restB.slice(2) && restA[0] === restB[1] && restA[1] === restB[0];
}
