import { HTTP2_ERROR, Http2Error } from "../wire/http2/http2_error.ts";

/**
 * Bounds how often one end of an HTTP/2 connection may make the other work for nothing: requests that are given up
 * at once, PINGs, settings, empty and unknown frames. Calls that come to an end make up for some.
 */
export class Http2FloodGuard {
  readonly #now: () => number;
  #budget = BURST;
  #filledAt: number;

  /** @param now The clock, in milliseconds. @default Date.now */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#filledAt = now();
  }

  /**
   * Counts one such thing.
   *
   * @throws {Http2Error} When there were too many.
   */
  spend(): void {
    if (--this.#budget >= 0) return;
    const now = this.#now();
    this.#budget = Math.min(BURST, Math.floor((now - this.#filledAt) / 1000 * PER_SECOND)) - 1;
    this.#filledAt = now;
    if (this.#budget < 0) {
      throw new Http2Error(
        HTTP2_ERROR.ENHANCE_YOUR_CALM,
        "Too many frames that bring nothing: resets, pings, settings, empty frames",
      );
    }
  }

  /** Counts a request that was answered. */
  earn(): void {
    this.#budget = Math.min(BURST, this.#budget + PER_ANSWER);
  }
}

/** As many as nghttp2 takes at once. */
const BURST = 1000;
const PER_SECOND = 100;
/** Some clients send a PING with each call, to measure how far away the server is. */
const PER_ANSWER = 2;
