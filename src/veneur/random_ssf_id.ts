/** A random id that is neither 0 nor negative as a signed integer of 64 bits, as veneur's are. */
export function randomSsfId(): bigint {
  for (;;) {
    if (at === pool.length) {
      crypto.getRandomValues(pool);
      at = 0;
    }
    const id = pool[at++] >> 1n;
    if (id !== 0n) return id;
  }
}

/** One system call an id would cost more than the rest of a span. */
const pool = new BigUint64Array(256);
let at = pool.length;
