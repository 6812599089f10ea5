import type { Attributes, AttributeValue } from "../model/attributes.ts";
import type { Span } from "../model/span.ts";
import { canonicalId } from "./_value_test.ts";

/**
 * Makes the test for free text: whether it occurs in a span's name, service, status message, events or
 * any attribute's value, of the span or of its resource, whatever the case; or is one of its ids.
 * Blanks in it stand for any blanks and line breaks.
 *
 * @param text Not blank.
 */
export function createTextTest(text: string): (span: Span) => boolean {
  const words = text.trim().split(/\s+/);
  // A literal needs no backtracking, and making each text lower case would cost an object each.
  const pattern = new RegExp(words.map(escapePattern).join("\\s+"), "iu");
  const id = words.length === 1 ? canonicalId(words[0]) : undefined;
  // Only these occur in a number as text.
  const maySpellNumber = words.length === 1 && /^[-+.\deinfaty]+$/i.test(words[0]);
  const spellsTrue = pattern.test("true");
  const spellsFalse = pattern.test("false");

  function occursIn(value: AttributeValue): boolean {
    switch (typeof value) {
      case "string":
        return pattern.test(value);
      case "boolean":
        return value ? spellsTrue : spellsFalse;
      case "number":
      case "bigint":
        return maySpellNumber && pattern.test(String(value));
      default:
        return Array.isArray(value) &&
          value.some((each) => typeof each !== "object" && occursIn(each));
    }
  }

  function occursInSome(attributes: Attributes | undefined): boolean {
    for (const key in attributes) if (occursIn(attributes[key])) return true;
    return false;
  }

  return (span) =>
    pattern.test(span.name) ||
    span.service !== undefined && pattern.test(span.service) ||
    id !== undefined && (canonicalId(span.traceId) === id || canonicalId(span.spanId) === id) ||
    span.status?.message !== undefined && pattern.test(span.status.message) ||
    occursInSome(span.attributes) || occursInSome(span.resource) ||
    span.events !== undefined &&
      span.events.some((event) => pattern.test(event.name) || occursInSome(event.attributes));
}

/** By code points, because a word may begin or end with half a surrogate pair. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
