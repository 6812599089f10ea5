/** A failure to tell the agent of. Its message says what was wrong and what to do next. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}
