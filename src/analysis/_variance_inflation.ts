/**
 * How much more the values of a run vary over time than independent ones would: 1 when any order is as
 * likely as this one, more when slow ones come together (a cold start, another program that took the
 * processor for a second). The run is cut into blocks; the means of their ranks say how much
 * the blocks differ.
 *
 * @param values In the order of time.
 * @returns At least 1; 1 of fewer than 24 values, which are too few to tell.
 */
export function varianceInflation(values: ArrayLike<number>): number {
  const count = values.length;
  const blockCount = Math.min(MAX_BLOCKS, Math.floor(count / MIN_BLOCK_LENGTH));
  if (blockCount < MIN_BLOCKS) return 1;
  const ranks = rankValues(values);
  const middle = (count + 1) / 2;
  let squares = 0;
  for (let index = 0; index < count; index++) squares += (ranks[index] - middle) ** 2;
  if (squares === 0) return 1;
  const variance = squares / (count - 1);
  let ratio = 0;
  for (let block = 0; block < blockCount; block++) {
    const from = Math.floor(block * count / blockCount);
    const to = Math.floor((block + 1) * count / blockCount);
    let sum = 0;
    for (let index = from; index < to; index++) sum += ranks[index] - middle;
    ratio += sum * sum / (to - from) / variance;
  }
  return Math.max(1, ratio / (blockCount - 1));
}

const MIN_BLOCK_LENGTH = 6;
const MIN_BLOCKS = 4;
const MAX_BLOCKS = 12;

/** The rank of each value, from 1; ties share the mean of theirs. */
function rankValues(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, index) => index)
    .sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let at = from; at < to; at++) ranks[order[at]] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}
