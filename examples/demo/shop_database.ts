import { DatabaseSync } from "node:sqlite";
import { traceDatabase, tracer } from "../../mod.ts";

/** Opens a small shop in memory, every statement traced. */
export function openShopDatabase(): DatabaseSync {
  const database = traceDatabase(new DatabaseSync(":memory:"));
  tracer.trace("Shop.Open", () => fill(database));
  return database;
}

function fill(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL);
    CREATE TABLE order_items (order_id INTEGER NOT NULL, product_id INTEGER NOT NULL);
  `);
  database.exec(`
    INSERT INTO users VALUES (1, 'Ada'), (2, 'Grace');
    INSERT INTO products VALUES (1, 'Lamp', 2900), (2, 'Desk', 24900), (3, 'Chair', 9900),
      (4, 'Shelf', 7900), (5, 'Rug', 5900), (6, 'Clock', 1900);
    INSERT INTO orders VALUES (1, 1), (2, 2);
    INSERT INTO order_items VALUES (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (2, 3);
  `);
}
