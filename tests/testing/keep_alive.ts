/**
 * Keeps the test running until the end of the scope: what never keeps a program alive does not keep a
 * test alive either.
 */
export function keepAlive(): Disposable {
  const timer = setInterval(() => {}, 60_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
