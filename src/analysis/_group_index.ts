import { ownText } from "../model/own_text.ts";
import type { ValueBudget } from "./duration_distribution.ts";
import { cutName } from "./operation.ts";
import { type GroupTable, OperationGroup, OTHER_GROUP } from "./operation_group.ts";

/** All groups of a collector, bounded in number a table. */
export class GroupIndex {
  readonly #maxGroups: number;
  readonly #budget: ValueBudget;
  readonly #tables = new Map<GroupTable, Table>();

  constructor(maxGroups: number, budget: ValueBudget) {
    this.#maxGroups = maxGroups;
    this.#budget = budget;
  }

  /** The group of this name, made where there is room; else the one for all that have none. */
  find(table: GroupTable, longService: string, longName: string): OperationGroup {
    const service = cutName(longService);
    const name = cutName(longName);
    let index = this.#tables.get(table);
    if (index === undefined) {
      this.#tables.set(table, index = { services: new Map(), groups: [], other: undefined });
    }
    let groups = index.services.get(service);
    const known = groups?.get(name);
    if (known !== undefined) return known;
    if (index.groups.length >= this.#maxGroups) {
      return index.other ??= new OperationGroup(table, "", OTHER_GROUP, this.#budget);
    }
    const group = new OperationGroup(table, ownText(service), ownText(name), this.#budget);
    if (groups === undefined) index.services.set(group.service, groups = new Map());
    groups.set(group.name, group);
    index.groups.push(group);
    return group;
  }

  /** The groups of a table, in the order in which they were first seen; what had no room comes last. */
  groups(table: GroupTable): OperationGroup[] {
    const index = this.#tables.get(table);
    if (index === undefined) return [];
    return index.other === undefined ? [...index.groups] : [...index.groups, index.other];
  }
}

interface Table {
  /** Service → name → group. */
  readonly services: Map<string, Map<string, OperationGroup>>;
  readonly groups: OperationGroup[];
  other: OperationGroup | undefined;
}
