const SHARED = Symbol.for("@trace/sdk.serving");

/** Shared with other copies of this SDK in the same program: `trace run` brings one along. */
const state = (globalThis as { [SHARED]?: { isServing: boolean } })[SHARED] ??= {
  isServing: false,
};

/** Says that the program has been asked for something from outside. */
export function markServing(): void {
  state.isServing = true;
}

/** Whether the program is a server: whether it has been asked for something from outside so far. */
export function isServing(): boolean {
  return state.isServing;
}
