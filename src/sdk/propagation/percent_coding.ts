import { Buffer } from "node:buffer";

/** Escapes text as UTF-8 for a header. Half a surrogate pair becomes U+FFFD. */
export function percentEncode(text: string): string {
  return encodeURIComponent(String(text).toWellFormed());
}

/** The text behind escapes. Bytes that are no UTF-8 become U+FFFD; a `%` that begins no escape stays. */
export function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(
      /(?:%[0-9a-f]{2})+/gi,
      (escapes) => new TextDecoder().decode(Buffer.from(escapes.replaceAll("%", ""), "hex")),
    );
  }
}
