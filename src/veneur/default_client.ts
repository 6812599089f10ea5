import type { Client } from "./client.ts";

let current: Client | undefined;
let isEnabled = true;

/** The client that spans go to unless another is named; `undefined` until one is set. */
export function defaultClient(): Client | undefined {
  return current;
}

/**
 * Replaces the default client and closes the old one, which still sends what it holds.
 *
 * @param client `undefined` for none.
 * @returns Settles, and never rejects, once the old one is closed; nobody needs to wait for it.
 */
export async function setDefaultClient(client: Client | undefined): Promise<void> {
  const old = current;
  current = client;
  if (old !== client) await old?.close();
}

/** Switches recording on, as it is at first. */
export function enable(): void {
  isEnabled = true;
}

/** Switches recording off, for all clients: spans are neither taken nor counted. */
export function disable(): void {
  isEnabled = false;
}

/** Whether recording is switched off. */
export function isDisabled(): boolean {
  return !isEnabled;
}
