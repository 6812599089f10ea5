import { assertEquals } from "@std/assert";
import {
  GLOBAL_KEYS,
  keyName,
  PLAYER_KEYS,
  TABLE_KEYS,
} from "../../../src/web/page/key_bindings.ts";
import { TRACES_KEYS } from "../../../src/web/page/traces/traces_keys.ts";

const PLAIN = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

Deno.test("keys have the names that the tables use", () => {
  assertEquals(keyName({ ...PLAIN, key: "j" }), "j");
  assertEquals(keyName({ ...PLAIN, key: "G", shiftKey: true }), "G");
  assertEquals(keyName({ ...PLAIN, key: "ArrowDown" }), "down");
  assertEquals(keyName({ ...PLAIN, key: "ArrowDown", shiftKey: true }), "shift+down");
  assertEquals(keyName({ ...PLAIN, key: "d", ctrlKey: true }), "ctrl+d");
  assertEquals(keyName({ ...PLAIN, key: " " }), "space");
});

Deno.test("keys with Alt or Meta stay the browser's", () => {
  assertEquals(keyName({ ...PLAIN, key: "d", altKey: true }), undefined);
  assertEquals(keyName({ ...PLAIN, key: "1", metaKey: true }), undefined);
});

Deno.test("no key means two things at once in the list of traces", () => {
  const tables = [GLOBAL_KEYS, PLAYER_KEYS, TABLE_KEYS, TRACES_KEYS];
  const keys = tables.flatMap((table) => table.flatMap(({ keys }) => [...keys]));
  assertEquals(keys.filter((key, index) => keys.indexOf(key) !== index), []);
});
