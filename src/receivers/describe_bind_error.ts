import { errorCode } from "../runtime/error_code.ts";

/**
 * Why a port cannot be listened on, and what to do about it.
 *
 * @param holder Who has the port, where that is known.
 */
export function describeBindError(error: unknown, holder = "another process"): string {
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return `${holder} has that port; stop it, or choose another port (0: any free one)`;
    case "EADDRNOTAVAIL":
      return "this machine has no such address; choose 127.0.0.1 or one of its own";
    case "EACCES":
      return "the port needs more rights than this user has; choose one above 1023";
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
