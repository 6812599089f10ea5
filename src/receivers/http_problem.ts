/** Why a request is not taken, with what to answer. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  /** What it is counted as: `not_found`, `too_long`, … */
  readonly reason: string;
  /** Headers that the answer needs beside the usual ones. */
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param message For the people who look after the sender: what is wrong, and what to do.
   * @param headers Such as `allow` for status 405.
   */
  constructor(
    status: number,
    reason: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}
