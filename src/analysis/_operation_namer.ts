import type { GroupIndex } from "./_group_index.ts";
import { ownText } from "./_own_text.ts";
import { operationName, type OperationSource } from "./operation.ts";
import type { OperationGroup } from "./operation_group.ts";

/** How many texts are remembered with their group, and how many characters they have at most. */
const MAX_TEXTS = 16_384;
const MAX_CHARACTERS = 8 * 1024 * 1024;

type Texts = Map<string, OperationGroup>;
/** Form → category → dialect → prefix → service → text → group. */
type KnownTexts = Map<string, Map<string, Map<string, Map<string, Map<string, Texts>>>>>;

/**
 * Finds the group of an operation. Programs send the same statements and call the same paths again and
 * again, so the groups of the texts seen last are remembered: making a name costs more than all else.
 */
export class OperationNamer {
  readonly #groups: GroupIndex;
  readonly #groupName: ((name: string) => string | undefined) | undefined;
  #known: KnownTexts = new Map();
  readonly #tallies: Readonly<Record<OperationSource["form"], Tally>> = {
    plain: { hits: 0, misses: 0 },
    path: { hits: 0, misses: 0 },
    sql: { hits: 0, misses: 0 },
    cache: { hits: 0, misses: 0 },
  };
  #textCount = 0;
  #characterCount = 0;

  /** @param groupName See `StatsCollectorOptions.groupName`. */
  constructor(groups: GroupIndex, groupName: ((name: string) => string | undefined) | undefined) {
    this.#groups = groups;
    this.#groupName = groupName;
  }

  /** The group of the operation that was described so. */
  group(source: OperationSource, service: string): OperationGroup {
    const { category, form, prefix, text, dialect } = source;
    const isRequest = category === "endpoint" || category === "http";
    const isRenamed = isRequest && this.#groupName !== undefined;
    if (form === "plain" && prefix === "" && !isRenamed) {
      return this.#groups.find(category, service, operationName(source));
    }
    const texts = this.#known.get(form)?.get(category)?.get(dialect)?.get(prefix)?.get(service);
    const known = texts?.get(text);
    const tally = this.#tallies[form];
    if (known !== undefined) {
      tally.hits++;
      return known;
    }
    const name = operationName(source);
    const renamed = isRenamed ? this.#groupName?.(name) : undefined;
    const group = this.#groups.find(category, service, renamed ?? name);
    if (isWorthwhile(tally)) this.#remember(source, service, group);
    return group;
  }

  #remember(source: OperationSource, service: string, group: OperationGroup): void {
    const { category, form, prefix, text, dialect } = source;
    this.#textCount++;
    this.#characterCount += text.length + prefix.length + service.length;
    if (this.#textCount > MAX_TEXTS || this.#characterCount > MAX_CHARACTERS) {
      this.#known = new Map();
      this.#textCount = this.#characterCount = 0;
    }
    const services = below(below(below(below(this.#known, form), category), dialect), prefix);
    below(services, service).set(ownText(text), group);
  }
}

/** How often a text had been remembered, of those looked up lately. */
interface Tally {
  hits: number;
  misses: number;
}

/**
 * Counts a miss, and tells whether the text should be remembered. Where statements have their values in
 * them, hardly any comes twice, and remembering them takes longer than making their names.
 */
function isWorthwhile(tally: Tally): boolean {
  if (++tally.misses === TALLY_LENGTH) {
    tally.misses /= 2;
    tally.hits /= 2;
  }
  // A few are remembered all the same, so that it shows when this changes.
  return tally.misses < TALLY_LENGTH / 8 || tally.hits * 4 > tally.misses ||
    (tally.misses & 63) === 0;
}

const TALLY_LENGTH = 4096;

/** The map under a key, made where it is missing. */
function below<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let next = map.get(key);
  if (next === undefined) map.set(ownText(key), next = new Map());
  return next;
}
