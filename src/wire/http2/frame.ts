/** The frame types of RFC 9113, section 6. */
export const FRAME = {
  DATA: 0x0,
  HEADERS: 0x1,
  PRIORITY: 0x2,
  RST_STREAM: 0x3,
  SETTINGS: 0x4,
  PUSH_PROMISE: 0x5,
  PING: 0x6,
  GOAWAY: 0x7,
  WINDOW_UPDATE: 0x8,
  CONTINUATION: 0x9,
} as const;

/** Flags of frames; which have a meaning depends on the type. */
export const FLAG = {
  /** Of DATA and HEADERS. */
  END_STREAM: 0x1,
  /** Of SETTINGS and PING. */
  ACK: 0x1,
  END_HEADERS: 0x4,
  PADDED: 0x8,
  PRIORITY: 0x20,
} as const;

/** Identifiers of settings, RFC 9113, section 6.5.2. */
export const SETTING = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** One frame. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** 0 for the connection. */
  readonly streamId: number;
  /** Valid until more is read. */
  readonly payload: Uint8Array;
}

/** Bytes before the payload of each frame. */
export const FRAME_HEAD_BYTES = 9;
/** What a payload may have when nothing else was agreed on, in bytes. */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;
/** What may be sent before the other side says that there is room for more, unless agreed otherwise. */
export const DEFAULT_WINDOW_BYTES = 65_535;
/** The largest that a window may become. */
export const MAX_WINDOW_BYTES = 0x7fffffff;
