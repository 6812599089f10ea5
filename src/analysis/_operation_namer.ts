import type { GroupIndex } from "./_group_index.ts";
import { ownText } from "../model/own_text.ts";
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
    plain: createTally(),
    path: createTally(),
    sql: createTally(),
    cache: createTally(),
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
    const tally = this.#tallies[form];
    const isRemembered = isWorthwhile(tally);
    if (isRemembered) {
      const texts = this.#known.get(form)?.get(category)?.get(dialect)?.get(prefix)?.get(service);
      const known = texts?.get(text);
      if (known !== undefined) {
        tally.hits++;
        return known;
      }
    }
    const name = operationName(source);
    const renamed = isRenamed ? this.#groupName?.(name) : undefined;
    const group = this.#groups.find(category, service, renamed ?? name);
    if (isRemembered) this.#remember(source, service, group);
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

/** How often a text was remembered that was looked up. */
interface Tally {
  /** How many texts there were, of those of late. */
  texts: number;
  lookups: number;
  hits: number;
}

function createTally(): Tally {
  return { texts: 0, lookups: 0, hits: 0 };
}

/**
 * Whether to look a text up, and to remember it. Where statements have their values in them, hardly any
 * comes twice, and looking them up takes longer than making their names.
 */
function isWorthwhile(tally: Tally): boolean {
  if (++tally.texts === TALLY_LENGTH) {
    tally.texts /= 2;
    tally.lookups /= 2;
    tally.hits /= 2;
  }
  // Now and then all the same, so that it shows when this changes.
  const isLookedUp = tally.lookups < TALLY_LENGTH / 16 || tally.hits * 4 > tally.lookups ||
    (tally.texts & 127) === 0;
  if (isLookedUp) tally.lookups++;
  return isLookedUp;
}

const TALLY_LENGTH = 8192;

/** The map under a key, made where it is missing. */
function below<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let next = map.get(key);
  if (next === undefined) map.set(ownText(key), next = new Map());
  return next;
}
