// The README's walk, with a TypeScript client that openapi-typescript made: tsc reads it, then it is run.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./ringpost.js";

const DOMAIN = "fusionpbx.example.net";
const [url, token] = process.argv.slice(2);
assert(url && token);
const client = createClient<paths>({ baseUrl: url, headers: { "X-API-Key": token } });

type Order = Partial<components["schemas"]["OriginateRequest"]>;

function good<T>(answer: { data?: T; error?: components["schemas"]["Problem"] }): T {
  assert(answer.error === undefined, answer.error?.detail);
  assert(answer.data !== undefined);
  return answer.data;
}

async function placed(instead: Order = {}): Promise<components["schemas"]["OriginateResponse"]> {
  const body = {
    domain_name: DOMAIN, caller_id_number: "5550100", destination_a: "100", destination_b: "5550123", wait: 0, ...instead,
  };
  const header = { "Idempotency-Key": `typed ${body.destination_b}` };
  const answer = await client.POST("/originate", { params: { header }, body });
  assert.equal(answer.response.status, 202);
  return good(answer);
}

const domain = good(await client.POST("/domain-details", { body: { domain_name: DOMAIN } }));
const description: string = domain.domain_description;
assert.equal(description, "The demo tenant");
const refused = await client.POST("/domain-details", { body: { domain_name: "nobody.example.net" } });
assert.equal(refused.error?.code, "not-found");

const call = await placed();
const rings: boolean | null = call.success;
assert.equal(rings, null);
assert.equal((await placed()).call_uuid, call.call_uuid);
const inbound = await placed({ caller_id_number: "12025550199", destination_a: "5550150", destination_b: "12025550100" });
assert.equal(inbound.state, "ringing");

const until = Date.now() + 60_000;
let found: components["schemas"]["Call"][] = [];
while (found.length < 1) {
  assert(Date.now() < until, "no record of the call");
  const page = good(await client.POST("/cdr-search", { body: { domain_name: DOMAIN, limit: 10 } }));
  found = page.items.filter((one) => one.xml_cdr_uuid === call.call_uuid);
  await pause(500);
}
assert(found.every((one) => one.sandbox && one.legs.length > 0));

const told = good(await client.POST("/event-list", { body: { domain_name: DOMAIN, types: ["call.*"], fresh: true } }));
assert(told.items.some((one) => one.type === "call.ended"));
const rang: components["schemas"]["CallRingingEvent"]["data"]["call"]["direction"] = "inbound";
assert(rang);
const table = good(await client.POST("/cdr-export", { body: { domain_name: DOMAIN }, parseAs: "text" }));
assert(table.split("\n").length > 2);
const any = good(await client.POST("/", { body: { action: "action-list" } }));
assert(any);
const body = { name: "CRM", scopes: ["originate", "cdr.#"], domains: [DOMAIN] };
const fresh: string | null = good(await client.POST("/key-create", { body })).token;
assert(fresh?.startsWith("rp_"));
console.log("walked");
