/**
 * A failure that the user can do something about. Its message names what failed, the value, and what
 * to do next; it is printed as it is, without a stack.
 */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** 1: failed; 2: wrong usage. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
