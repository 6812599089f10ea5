/**
 * The system's code of an error, such as `ENOENT`, however the runtime tells it; empty when it has
 * none. Deno before 2.5 leaves the code out
 * of some errors of `node:fs`, or throws errors of its own, which have a name instead.
 */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return code;
  const inMessage = /^(E[A-Z0-9]{3,}): /.exec(error.message)?.[1];
  if (inMessage !== undefined) return inMessage;
  const number = /\(os error (\d+)\)/.exec(error.message)?.[1];
  return CODES_BY_NAME[error.name] ?? CODES_BY_NUMBER[number ?? ""] ?? "";
}

const CODES_BY_NAME: Readonly<Record<string, string>> = {
  AlreadyExists: "EEXIST",
  NotFound: "ENOENT",
  PermissionDenied: "EACCES",
  IsADirectory: "EISDIR",
  NotADirectory: "ENOTDIR",
  BrokenPipe: "EPIPE",
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
};

/** Linux' numbers of errors that have no name in Deno. */
const CODES_BY_NUMBER: Readonly<Record<string, string>> = {
  "5": "EIO",
  "6": "ENXIO",
  "21": "EISDIR",
  "27": "EFBIG",
  "28": "ENOSPC",
  "122": "EDQUOT",
};
