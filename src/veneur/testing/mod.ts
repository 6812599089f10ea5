/**
 * Backends that make it easy to test what a program traces.
 *
 * @module
 */
export { CollectingBackend, type CollectingBackendOptions } from "./collecting_backend.ts";
export {
  type BatchReceiver,
  FlushingBackend,
  type FlushingBackendOptions,
} from "./flushing_backend.ts";
