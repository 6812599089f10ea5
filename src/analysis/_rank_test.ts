import type { WeightedValues } from "./_weighted_values.ts";

/**
 * The probability that two samples of one and the same distribution differ by as much as these do, by the
 * ranks of their values (Mann and Whitney's test, two-sided, with ties). It asks nothing of the
 * distribution, and one value a thousand times the others weighs no more than one twice as long.
 *
 * Small samples are counted out exactly. So are those in which nearly all values are one and the same,
 * by Fisher's test of how often it is another one: the normal approximation that serves otherwise would
 * call rare events significant.
 *
 * @param inflation By how much more than independent ones the values vary, for values in the order of
 *   time that hang together; small samples do not tell that. @default 1
 */
export function rankTest(a: WeightedValues, b: WeightedValues, inflation = 1): number {
  if (a.count === 0 || b.count === 0) return 1;
  const groups = mergeGroups(a, b);
  if (groups.length === 1) return 1;
  const total = a.count + b.count;
  const usual = groups.reduce((most, group) => weightOf(group) > weightOf(most) ? group : most);
  const unusualCount = total - weightOf(usual);
  if (total <= MAX_EXACT_COUNT) return exact(groups, a.count);
  if (unusualCount <= MAX_RARE_COUNT && unusualCount * 2 < total) {
    return fisherTest(a.count - usual.a, a.count, b.count - usual.b, b.count);
  }
  return normal(groups, inflation);
}

/**
 * The probability that two shares differ by as much as these do if they are one and the same (Fisher's
 * exact test, two-sided).
 */
export function fisherTest(aHits: number, aCount: number, bHits: number, bCount: number): number {
  const hits = aHits + bHits;
  const total = aCount + bCount;
  const base = logChoose(total, hits);
  const logOf = (inA: number): number =>
    logChoose(aCount, inA) + logChoose(bCount, hits - inA) - base;
  const observed = logOf(aHits) + 1e-7;
  const from = Math.max(0, hits - bCount);
  const to = Math.min(hits, aCount);
  // Far from the middle nothing is left to add up.
  const middle = hits * aCount / total;
  const reach = 40 * Math.sqrt(middle * (1 - hits / total) * (bCount / total) + 1);
  let sum = 0;
  for (
    let inA = Math.max(from, Math.floor(middle - reach));
    inA <= Math.min(to, middle + reach);
    inA++
  ) {
    const log = logOf(inA);
    if (log <= observed) sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The least that {@linkcode rankTest} can find for samples of these sizes: when all of one are larger. */
export function leastProbability(countA: number, countB: number): number {
  return Math.min(1, 2 * Math.exp(-logChoose(countA + countB, countA)));
}

/** Up to how many values in all the ranks are counted out. */
const MAX_EXACT_COUNT = 24;
/** Up to how many values that differ from the usual one count as rare events. */
const MAX_RARE_COUNT = 30;

/** How often one value occurs in both samples. */
interface Group {
  readonly a: number;
  readonly b: number;
}

function weightOf(group: Group): number {
  return group.a + group.b;
}

/** The distinct values of both in ascending order. */
function mergeGroups(a: WeightedValues, b: WeightedValues): Group[] {
  const groups: Group[] = [];
  let atA = 0;
  let atB = 0;
  while (atA < a.values.length || atB < b.values.length) {
    const valueA = atA < a.values.length ? a.values[atA] : Infinity;
    const valueB = atB < b.values.length ? b.values[atB] : Infinity;
    groups.push({
      a: valueA <= valueB ? a.weights[atA++] : 0,
      b: valueB <= valueA ? b.weights[atB++] : 0,
    });
  }
  return groups;
}

function normal(groups: readonly Group[], inflation: number): number {
  let countA = 0;
  let countB = 0;
  let rankSum = 0;
  let ties = 0;
  for (const group of groups) {
    const weight = weightOf(group);
    const before = countA + countB;
    rankSum += group.a * (before + (weight + 1) / 2);
    ties += weight ** 3 - weight;
    countA += group.a;
    countB += group.b;
  }
  const total = countA + countB;
  const mean = countA * (total + 1) / 2;
  const variance = countA * countB / 12 * (total + 1 - ties / (total * (total - 1)));
  const distance = Math.max(0, Math.abs(rankSum - mean) - 0.5);
  return Math.min(1, errorComplement(distance / Math.sqrt(2 * variance * Math.max(1, inflation))));
}

/** Counts in how many ways the ranks could have fallen, and in how many of them as far from the middle. */
function exact(groups: readonly Group[], countA: number): number {
  const total = groups.reduce((sum, group) => sum + weightOf(group), 0);
  // Ranks are doubled: those of ties lie halfway between two.
  const size = countA * 2 * total + 1;
  let ways = Array.from({ length: countA + 1 }, () => new Float64Array(size));
  ways[0][0] = 1;
  let before = 0;
  let observed = 0;
  for (const group of groups) {
    const weight = weightOf(group);
    const rank = 2 * before + weight + 1;
    observed += group.a * rank;
    before += weight;
    const next = ways.map((row) => row.slice());
    let choices = 1;
    for (let taken = 1; taken <= Math.min(weight, countA); taken++) {
      choices = choices * (weight - taken + 1) / taken;
      for (let inA = 0; inA + taken <= countA; inA++) {
        const from = ways[inA];
        const to = next[inA + taken];
        for (let sum = 0; sum + taken * rank < size; sum++) {
          if (from[sum] > 0) to[sum + taken * rank] += from[sum] * choices;
        }
      }
    }
    ways = next;
  }
  const middle = countA * (total + 1);
  const distance = Math.abs(observed - middle);
  let all = 0;
  let asFar = 0;
  for (let sum = 0; sum < size; sum++) {
    all += ways[countA][sum];
    if (Math.abs(sum - middle) >= distance) asFar += ways[countA][sum];
  }
  return asFar / all;
}

/** The logarithm of how many ways there are to choose `k` of `n`. */
function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

function logFactorial(n: number): number {
  if (n < LOG_FACTORIALS.length) return LOG_FACTORIALS[n];
  // Stirling's series: exact to 12 digits from here.
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}

const LOG_FACTORIALS: readonly number[] = (() => {
  const logs = [0];
  for (let n = 1; n < 256; n++) logs.push(logs[n - 1] + Math.log(n));
  return logs;
})();

/**
 * The complement of the error function for x of at least 0, to 7 digits of its value however small it is
 * (a Chebyshev fit, Press et al., Numerical Recipes).
 */
function errorComplement(x: number): number {
  const t = 1 / (1 + x / 2);
  let exponent = 0;
  for (let at = ERROR_COEFFICIENTS.length - 1; at >= 0; at--) {
    exponent = exponent * t + ERROR_COEFFICIENTS[at];
  }
  return t * Math.exp(exponent - x * x);
}

const ERROR_COEFFICIENTS: readonly number[] = [
  -1.26551223,
  1.00002368,
  0.37409196,
  0.09678418,
  -0.18628806,
  0.27886807,
  -1.13520398,
  1.48851587,
  -0.82215223,
  0.17087277,
];
