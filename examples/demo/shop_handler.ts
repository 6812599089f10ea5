import { traceHandler } from "../../mod.ts";
import type { Shop } from "./shop.ts";

/** Answers the shop's requests, each of which is a trace. */
export function createShopHandler(shop: Shop): (request: Request) => Promise<Response> {
  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const [, resource, id] = pathname.split("/");
    if (resource === "users") {
      const user = shop.findUser(Number(id));
      return user === undefined
        ? Response.json({ error: `No user ${id}` }, { status: 404 })
        : Response.json(user);
    }
    if (resource === "orders" && request.method === "POST") {
      const { userId, productId } = await request.json();
      return Response.json({ id: await shop.placeOrder(userId, productId) }, { status: 201 });
    }
    if (resource === "orders") return Response.json(shop.loadOrder(Number(id)));
    if (resource === "checkout") return new Response(await shop.checkOut(Number(id)));
    if (resource === "report") return new Response(await shop.buildReport());
    return Response.json({ error: `Nothing at ${pathname}` }, { status: 404 });
  }
  return traceHandler(handle);
}
