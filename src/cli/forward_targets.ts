import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type ForwardCounters, Forwarder } from "../exporters/forwarder.ts";
import type { SpanBatch } from "../model/span_batch.ts";
import { createSpanEncoder, openSpanTransport } from "../transport/span_encoder.ts";
import { parseTarget, type Target } from "../transport/target.ts";
import type { CliIo } from "./io.ts";

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
  const forwards = targets.map(({ url, target }) => ({
    url,
    forwarder: new Forwarder({
      transport: openSpanTransport(target),
      encoder: createSpanEncoder(target),
      maxQueuedBytes: options.maxQueuedBytes,
      onNotice: (message) => options.onNotice(`${url} ${message}`),
    }),
  }));
  for (const { url, forwarder } of forwards) {
    for (const batch of await takeKept(folder, url)) forwarder.write(batch);
  }
  return {
    write(batch): void {
      for (const { forwarder } of forwards) forwarder.write(batch);
    },
    summary: () => forwards.map(({ url, forwarder }) => ({ url, ...forwarder.counters })),
    async close(): Promise<void> {
      await Promise.all(forwards.map(async ({ url, forwarder }) => {
        const rest = await forwarder.close(CLOSE_TIMEOUT_MS);
        if (rest.length === 0) return;
        try {
          await keep(folder, url, rest);
          options.onNotice(`${url}: what could not be sent is kept for the next session`);
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

/** Files of one receiver begin with this. */
function prefixOf(url: string): string {
  return createHash("sha256").update(url).digest("hex").slice(0, 16) + "-";
}

async function keep(folder: string, url: string, pieces: readonly Uint8Array[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${prefixOf(url)}${process.pid}.jsonl`);
  // Under another name until it is whole: another session may be looking for it.
  const unfinished = path + ".part";
  await writeFile(unfinished, Buffer.concat(pieces), { mode: 0o600 });
  await rename(unfinished, path);
}

/** What is kept for a receiver, which from now on is nobody else's. */
async function takeKept(folder: string, url: string): Promise<SpanBatch[]> {
  const names = await readdir(folder).catch(() => []);
  const batches: SpanBatch[] = [];
  for (const name of names) {
    if (!name.startsWith(prefixOf(url)) || !name.endsWith(".jsonl")) continue;
    const own = join(folder, `${name}.${process.pid}`);
    try {
      await rename(join(folder, name), own);
    } catch {
      // Another session was quicker.
      continue;
    }
    const lines = await readFile(own);
    await rm(own);
    let spanCount = 0;
    for (let at = lines.indexOf(LINE_END); at >= 0; at = lines.indexOf(LINE_END, at + 1)) {
      spanCount++;
    }
    if (spanCount > 0) batches.push({ lines, spanCount });
  }
  return batches;
}

const LINE_END = 0x0a;
/** Leaves time for everything else that has to happen within the two seconds of an exit. */
const CLOSE_TIMEOUT_MS = 1000;
