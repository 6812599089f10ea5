import { DEFAULT_MAX_FRAME_BYTES, MAX_WINDOW_BYTES, SETTING } from "./frame.ts";
import { HTTP2_ERROR, Http2Error, type Http2ErrorCode } from "./http2_error.ts";

/**
 * The settings in the payload of a SETTINGS frame, by identifier; of several the last. See RFC 9113, section 6.5.
 *
 * @throws {Http2Error} When one of them has a value that it may not have.
 */
export function readSettings(payload: Uint8Array): ReadonlyMap<number, number> {
  if (payload.length % SETTING_BYTES !== 0) {
    throw new Http2Error(HTTP2_ERROR.FRAME_SIZE_ERROR, "SETTINGS is cut");
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const settings = new Map<number, number>();
  for (let at = 0; at < payload.length; at += SETTING_BYTES) {
    const id = view.getUint16(at);
    const value = view.getUint32(at + 2);
    const rule = RULES.get(id);
    if (rule !== undefined && (value < rule.min || value > rule.max)) {
      throw new Http2Error(rule.code, `Setting ${id} may not be ${value}`);
    }
    settings.set(id, value);
  }
  return settings;
}

const SETTING_BYTES = 6;
const RULES: ReadonlyMap<number, { min: number; max: number; code: Http2ErrorCode }> = new Map([
  [SETTING.ENABLE_PUSH, { min: 0, max: 1, code: HTTP2_ERROR.PROTOCOL_ERROR }],
  [SETTING.INITIAL_WINDOW_SIZE, {
    min: 0,
    max: MAX_WINDOW_BYTES,
    code: HTTP2_ERROR.FLOW_CONTROL_ERROR,
  }],
  [SETTING.MAX_FRAME_SIZE, {
    min: DEFAULT_MAX_FRAME_BYTES,
    max: 0xffffff,
    code: HTTP2_ERROR.PROTOCOL_ERROR,
  }],
]);
