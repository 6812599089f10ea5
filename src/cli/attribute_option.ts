import type { Span } from "../model/span.ts";
import { formatAttributeValue } from "../wire/span_line/format_attribute_value.ts";

/**
 * How to find the value of the attribute that `--by` names: `span.KEY` and `resource.KEY` say whose it is,
 * anything else is looked for in the span first.
 *
 * @returns What gives the value as text; `undefined` for a span that does not have the attribute.
 */
export function attributeReader(name: string): (span: Span) => string | undefined {
  const [, scope, key] = /^(?:(span|resource)?\.)?(.*)$/s.exec(name) as RegExpExecArray;
  return (span) => {
    const value = (scope === "resource" ? undefined : span.attributes[key]) ??
      (scope === "span" ? undefined : span.resource?.[key]);
    return value === undefined ? undefined : formatAttributeValue(value);
  };
}
