/**
 * Corrects the probabilities of several tests for their number (Holm's method): if the largest that counts
 * as significant is 0.01, then in 99 of 100 comparisons of equals none of all tests is significant.
 *
 * @returns In the order of the input.
 */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, index) => index)
    .sort((a, b) => probabilities[a] - probabilities[b]);
  const corrected: number[] = new Array(probabilities.length);
  let largest = 0;
  for (const [at, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - at) * probabilities[index]));
    corrected[index] = largest;
  }
  return corrected;
}
