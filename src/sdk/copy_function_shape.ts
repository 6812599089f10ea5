/**
 * Gives a wrapper the name, the length and the own properties of what it wraps, so that code which looks
 * at a function, such as a router, sees no difference.
 *
 * @returns The wrapper, with the type of the original.
 */
export function copyFunctionShape<Fn extends (...args: never[]) => unknown>(
  wrapper: (...args: never[]) => unknown,
  original: Fn,
): Fn {
  for (const key of Reflect.ownKeys(original)) {
    const own = Object.getOwnPropertyDescriptor(wrapper, key);
    if (own !== undefined && !own.configurable) {
      // `prototype`, which makes `instanceof` work, can be set but not defined anew.
      if (own.writable) Reflect.set(wrapper, key, Reflect.get(original, key));
      continue;
    }
    Object.defineProperty(
      wrapper,
      key,
      Object.getOwnPropertyDescriptor(original, key) as PropertyDescriptor,
    );
  }
  return wrapper as Fn;
}
