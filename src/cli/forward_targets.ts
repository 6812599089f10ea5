import { homedir } from "node:os";
import { join } from "node:path";
import { type ForwardCounters, Forwarder } from "../exporters/forwarder.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import { createSpanEncoder, openSpanTransport } from "../transport/span_encoder.ts";
import { parseTarget, type Target } from "../transport/target.ts";
import { ForwardSpool } from "./forward_spool.ts";
import type { CliIo } from "./io.ts";
import { readOtlpHeaders } from "./otlp_headers.ts";

/** A receiver to forward to, as the command line names it. */
export interface ForwardTarget {
  readonly url: string;
  readonly target: Target;
}

/** What the summary says of one receiver. */
export interface ForwardSummary extends Readonly<ForwardCounters> {
  readonly url: string;
}

/** Options of {@linkcode openForwards}. */
export interface ForwardOptions {
  /** Bytes of span lines that may wait, for each receiver. */
  readonly maxQueuedBytes?: number;
  /** Told what the user should know. */
  readonly onNotice: (message: string) => void;
}

/** All receivers that a session forwards to. */
export interface Forwards {
  /** Takes a batch: a stage's `SpanConsumer`. */
  write(batch: SpanBatch): void;
  summary(): ForwardSummary[];
  /** Sends what waits, for a limited time; keeps the rest on disk for the next session. */
  close(): Promise<void>;
}

/**
 * Reads the argument of `--forward`.
 *
 * @throws {TypeError} When it is no URL of a receiver that can be forwarded to.
 */
export function parseForwardTarget(url: string): ForwardTarget {
  return { url, target: parseTarget(url) };
}

/** Begins to forward, first what an earlier session could not send. */
export async function openForwards(
  io: CliIo,
  targets: readonly ForwardTarget[],
  options: ForwardOptions,
): Promise<Forwards> {
  const folder = stateFolder(io);
  const headers = readOtlpHeaders(io);
  const forwards = targets.map(({ url, target }) => ({
    url,
    spool: new ForwardSpool(folder, url),
    forwarder: new Forwarder({
      transport: openSpanTransport(target, { headers }),
      encoder: createSpanEncoder(target),
      maxQueuedBytes: options.maxQueuedBytes,
      onNotice: (message) => options.onNotice(`${url} ${message}`),
    }),
  }));
  let hasFailed = false;
  function onSpoolFailed(error: unknown): void {
    if (!hasFailed) {
      options.onNotice(
        `what waits to be forwarded would not outlive a crash, "${folder}" cannot be written: ` +
          (error as Error).message,
      );
    }
    hasFailed = true;
  }
  for (const { spool, forwarder } of forwards) {
    await spool.adopt(forwarder.write, () => forwarder.waiting).catch(onSpoolFailed);
  }
  let spooling: Promise<unknown> = Promise.resolve();
  const timer = forwards.length === 0 ? undefined : setInterval(() => {
    spooling = spooling.then(() =>
      Promise.all(forwards.map(({ spool, forwarder }) => spool.sync(forwarder.waiting)))
    ).catch(onSpoolFailed);
  }, SPOOL_INTERVAL_MS);
  return {
    write(batch): void {
      for (const { forwarder } of forwards) forwarder.write(batch);
    },
    summary: () => forwards.map(({ url, forwarder }) => ({ url, ...forwarder.counters })),
    async close(): Promise<void> {
      clearInterval(timer);
      await Promise.all(forwards.map(async ({ url, spool, forwarder }) => {
        const rest = await forwarder.close(CLOSE_TIMEOUT_MS);
        await spooling;
        try {
          await spool.close(rest);
          if (rest.length > 0) {
            options.onNotice(`${url}: what could not be sent is kept for the next session`);
          }
        } catch (error) {
          forwarder.giveUp();
          options.onNotice(
            `${url}: what could not be sent is lost, "${folder}" cannot be written: ` +
              (error as Error).message,
          );
        }
      }));
    },
  };
}

/** Where unsent spans are kept: `$XDG_STATE_HOME/trace/forward`, else below `~/.local/state`. */
function stateFolder(io: CliIo): string {
  const state = io.env("XDG_STATE_HOME") ?? join(io.env("HOME") ?? homedir(), ".local", "state");
  return join(state, "trace", "forward");
}

/** What waits for longer than this is on disk after twice the time. */
const SPOOL_INTERVAL_MS = 1000;
/** Leaves time for everything else that has to happen within the two seconds of an exit. */
const CLOSE_TIMEOUT_MS = 1000;
