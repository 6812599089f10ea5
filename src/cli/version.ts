/** The version of the command and of the SDK; the manifest test holds it equal to `deno.json`'s. */
export const VERSION = "0.1.0";
