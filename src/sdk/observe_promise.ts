/** What to call when a promise settles. Neither may throw. */
export interface PromiseObserver<Value> {
  onFulfilled?(value: Value): void;
  onRejected?(error: unknown): void;
}

/**
 * Watches a promise in such a way that its user sees no difference.
 *
 * @returns A promise to use instead, so that a rejection nobody handles is still reported; the same one
 * if it is of a special kind, because a copy would lack what makes it special.
 */
export function observePromise<Value>(
  promise: Promise<Value>,
  observer: PromiseObserver<Value>,
): Promise<Value> {
  if (
    Object.getPrototypeOf(promise) === Promise.prototype && Reflect.ownKeys(promise).length === 0
  ) {
    return promise.then((value) => {
      observer.onFulfilled?.(value);
      return value;
    }, (error) => {
      observer.onRejected?.(error);
      throw error;
    });
  }
  promise.then((value) => observer.onFulfilled?.(value), (error) => observer.onRejected?.(error));
  return promise;
}
