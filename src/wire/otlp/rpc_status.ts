import { DecodeError } from "../decode_error.ts";
import { ProtobufReader } from "../protobuf/protobuf_reader.ts";
import { ProtobufWriter } from "../protobuf/protobuf_writer.ts";

/**
 * A `google.rpc.Status`, the body of every failure of OTLP over HTTP; see
 * https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export interface RpcStatus {
  /** One of https://grpc.io/docs/guides/status-codes/ */
  readonly code: number;
  /** For developers. */
  readonly message: string;
  /** When to try again, from a `google.rpc.RetryInfo` among the details, in milliseconds. */
  readonly retryDelayMs?: number;
}

/** Encodes a status. */
export function encodeRpcStatus(status: RpcStatus): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  if (status.code !== 0) writer.writeInt32(1, status.code);
  if (status.message !== "") writer.writeString(2, status.message);
  if (status.retryDelayMs !== undefined) {
    const anyAt = writer.begin(3);
    writer.writeString(1, RETRY_INFO);
    const infoAt = writer.begin(2);
    const durationAt = writer.begin(1);
    const seconds = Math.floor(status.retryDelayMs / 1000);
    writer.writeInt64(1, BigInt(seconds));
    writer.writeInt32(2, Math.round((status.retryDelayMs - seconds * 1000) * 1e6));
    writer.end(durationAt);
    writer.end(infoAt);
    writer.end(anyAt);
  }
  return writer.finish();
}

/** The same in protobuf's JSON form, without the details. */
export function encodeRpcStatusJson({ code, message }: RpcStatus): string {
  return JSON.stringify({ code, message });
}

/** Reads a status; `undefined` for other bytes. */
export function decodeRpcStatus(bytes: Uint8Array): RpcStatus | undefined {
  try {
    return readStatus(new ProtobufReader(bytes));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function readStatus(reader: ProtobufReader): RpcStatus {
  let code = 0;
  let message = "";
  let retryDelayMs: number | undefined;
  while (reader.next()) {
    if (reader.field === 1) code = Number(reader.readInt64());
    else if (reader.field === 2) message = reader.readString();
    else if (reader.field === 3) retryDelayMs = readDetail(reader) ?? retryDelayMs;
    else reader.skip();
  }
  return retryDelayMs === undefined ? { code, message } : { code, message, retryDelayMs };
}

/** A `google.protobuf.Any`: the delay if it holds one. */
function readDetail(reader: ProtobufReader): number | undefined {
  const end = reader.enter();
  let type = "";
  let delayMs: number | undefined;
  while (reader.next()) {
    if (reader.field === 1) type = reader.readString();
    else if (reader.field === 2 && type === RETRY_INFO) delayMs = readRetryInfo(reader);
    else reader.skip();
  }
  reader.leave(end);
  return delayMs;
}

function readRetryInfo(reader: ProtobufReader): number {
  const infoEnd = reader.enter();
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    const end = reader.enter();
    while (reader.next()) {
      if (reader.field === 1) seconds = Number(reader.readInt64());
      else if (reader.field === 2) nanos = Number(reader.readInt64());
      else reader.skip();
    }
    reader.leave(end);
  }
  reader.leave(infoEnd);
  return seconds * 1000 + nanos / 1e6;
}

const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
