import { copyFunctionShape } from "./copy_function_shape.ts";

/** A method as it is found on an object of unknown type. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts a wrapper in front of a method of one object. The object stays the same one, so that its class,
 * its private fields and everyone who already holds it go on working. Does nothing without the method.
 *
 * @param wrap Makes the wrapper of the original method.
 */
export function patchMethod(
  object: object,
  name: string,
  wrap: (original: Method) => Method,
): void {
  const original = Reflect.get(object, name);
  if (typeof original !== "function") return;
  const value = copyFunctionShape(wrap(original), original);
  // Answers false, where an assignment would throw, for an object that cannot be changed.
  Reflect.defineProperty(object, name, { value, writable: true, configurable: true });
}
