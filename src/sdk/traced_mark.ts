/**
 * Marks what `src/sdk/register` traces, with a symbol that all copies of this SDK in a program share: the
 * wrappers that the program itself uses then make no second span of the same thing.
 */
const MARK = Symbol.for("@trace/sdk.traced");

/** Marks a request, a function, or a class's prototype. */
export function markTraced(object: object): void {
  Reflect.defineProperty(object, MARK, { value: true });
}

/** Whether this, or what it inherits from, is marked. */
export function isMarkedTraced(object: object): boolean {
  return Reflect.get(object, MARK) === true;
}
