import type { DatabaseSync } from "node:sqlite";
import { traceFunction, tracer } from "../../mod.ts";

/** An order as the shop shows it. */
export interface Order {
  readonly id: number;
  readonly products: readonly { readonly name: string; readonly cents: number }[];
}

/** What the shop can do; each function is a span of its own. */
export interface Shop {
  findUser(id: number): { name: string } | undefined;
  loadOrder(id: number): Order;
  placeOrder(userId: number, productId: number): Promise<number>;
  checkOut(orderId: number): Promise<string>;
  buildReport(): Promise<string>;
}

/** Makes the shop on its database. */
export function createShop(database: DatabaseSync): Shop {
  const selectUser = database.prepare("SELECT name FROM users WHERE id = ?");
  const selectItems = database.prepare("SELECT product_id FROM order_items WHERE order_id = ?");
  const selectProduct = database.prepare("SELECT name, cents FROM products WHERE id = ?");

  function findUser(id: number): { name: string } | undefined {
    return selectUser.get(id) as { name: string } | undefined;
  }

  /** One query for each product of an order: the mistake that a trace shows at a glance. */
  function loadOrder(id: number): Order {
    const products = selectItems.all(id).map(({ product_id }) =>
      selectProduct.get(product_id) as { name: string; cents: number }
    );
    return { id, products };
  }

  async function placeOrder(userId: number, productId: number): Promise<number> {
    database.exec("BEGIN");
    const { lastInsertRowid } = database.prepare("INSERT INTO orders (user_id) VALUES (?)")
      .run(userId);
    database.prepare("INSERT INTO order_items VALUES (?, ?)").run(lastInsertRowid, productId);
    database.exec("COMMIT");
    await tracer.trace("Mailer.Confirm", async (span) => {
      span.setAttribute("order", lastInsertRowid);
      await work(80);
    });
    return Number(lastInsertRowid);
  }

  async function checkOut(orderId: number): Promise<string> {
    const { products } = loadOrder(orderId);
    const cents = products.reduce((sum, product) => sum + product.cents, 0);
    return await tracer.trace("PaymentService.Charge", { attributes: { cents } }, async () => {
      await work(120);
      if (cents > 50_000) throw new Error(`Card declined: ${cents} cents are over its limit`);
      return "paid";
    });
  }

  async function buildReport(): Promise<string> {
    const rows = database.prepare(
      "SELECT u.name, COUNT(*) AS orders FROM orders o JOIN users u ON u.id = o.user_id GROUP BY u.id",
    ).all();
    await tracer.trace("Report.Render", () => work(900));
    return rows.map(({ name, orders }) => `${name}: ${orders}`).join("\n");
  }

  return {
    findUser: traceFunction(findUser, { name: "UserService.Find" }),
    loadOrder: traceFunction(loadOrder, { name: "OrderService.Load" }),
    placeOrder: traceFunction(placeOrder, { name: "OrderService.Place" }),
    checkOut: traceFunction(checkOut, { name: "OrderService.CheckOut" }),
    buildReport: traceFunction(buildReport, { name: "ReportService.Build" }),
  };
}

/** Stands for work that takes a while somewhere else. */
function work(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
