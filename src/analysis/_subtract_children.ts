/**
 * The part of each span's time in which none of its children ran. Time that several children share is
 * taken off once; what lies outside of the parent's time is not.
 *
 * @param starts By span, in the order in which siblings start: when it began, in nanoseconds.
 * @param ends By span: when it ended, not before its start.
 * @param parents By span: the index of its parent, negative for none.
 */
export function subtractChildren(
  starts: Float64Array,
  ends: Float64Array,
  parents: Int32Array,
): Float64Array {
  const selfTimes = new Float64Array(starts.length);
  // How far the children seen so far cover each span. Siblings stand in the order of their starts, so
  // one moment is enough to know the union of what came before.
  const coveredUntil = starts.slice();
  for (let index = 0; index < starts.length; index++) {
    selfTimes[index] += ends[index] - starts[index];
    const parent = parents[index];
    if (parent < 0) continue;
    const from = Math.max(starts[index], coveredUntil[parent]);
    const to = Math.min(ends[index], ends[parent]);
    if (to <= from) continue;
    selfTimes[parent] -= to - from;
    coveredUntil[parent] = to;
  }
  // Sums of times beyond 104 days are rounded and may end just below zero.
  for (let index = 0; index < selfTimes.length; index++) {
    if (selfTimes[index] < 0) selfTimes[index] = 0;
  }
  return selfTimes;
}
