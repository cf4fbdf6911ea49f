/** Which families of records the office shows, and how one of each is meant in a request. */

/**
 * @typedef {{noun: string, list: string, uuid: string, shown: string[], also: string[], hides: string[],
 *   param?: string, alias?: Record<string, string>, more?: string[], word?: (name: string, value: any, t: (key: string) => string) => string | undefined}} Family
 *   `uuid`: the member that is its uuid; `param`: the parameter that means one, if it is called otherwise; `alias`: members of the
 *   record by what a request calls them, where that differs; `shown`: what a line of the list says; `also`: actions of no
 *   one record; `hides`: other references to the record, which a form of one need not ask; `more`: actions of other names
 */

/** @type {Family["word"]} */
const flags = (name, value, t) => (name === "enabled" ? (value ? "" : t("office.disabled")) : undefined)

/** @type {Family[]} */
export const FAMILIES = [
  { noun: "user", list: "user-list", uuid: "user_uuid", shown: ["username", "firstname", "lastname", "enabled"], also: ["user-provision", "user-import"], hides: [], param: "user", word: flags },
  { noun: "extension", list: "extension-search", uuid: "extension_uuid", shown: ["extension", "effective_caller_id_name", "enabled"], also: [], hides: ["extension"], more: ["sip-account-details"], word: flags },
  { noun: "ringgroup", list: "ringgroup-list", uuid: "ring_group_uuid", shown: ["ring_group_name", "ring_group_extension", "ring_group_strategy"], also: [], hides: ["extension"], alias: { name: "ring_group_name", strategy: "ring_group_strategy", destinations: "ring_group_destinations" } },
  { noun: "destination", list: "destination-list", uuid: "destination_uuid", shown: ["destination_number", "destination_description"], also: [], hides: ["number"] },
  { noun: "voicemail", list: "voicemail-list", uuid: "voicemail_uuid", shown: ["number", "name", "email", "enabled"], also: [], hides: [], param: "voicemail", word: flags },
  { noun: "queue", list: "queue-list", uuid: "queue_uuid", shown: ["name", "extension", "strategy"], also: [], hides: [], param: "queue" },
  { noun: "agent", list: "agent-list", uuid: "agent_uuid", shown: ["firstname", "lastname", "number"], also: [], hides: [], param: "agent" },
  { noun: "parkinglot", list: "parkinglot-list", uuid: "parkinglot_uuid", shown: ["name", "extension"], also: [], hides: [], param: "parkinglot" },
  { noun: "conference", list: "conference-list", uuid: "conference_uuid", shown: ["name", "extension"], also: [], hides: [], param: "conference" },
  { noun: "extensiongroup", list: "extensiongroup-list", uuid: "extensiongroup_uuid", shown: ["display_name"], also: [], hides: [], param: "extensiongroup" },
  { noun: "usergroup", list: "usergroup-list", uuid: "usergroup_uuid", shown: ["display_name"], also: ["permission-set"], hides: [], param: "usergroup" },
  { noun: "contact", list: "contact-list", uuid: "contact_uuid", shown: ["display_name", "company"], also: ["contact-lookup"], hides: [] },
  { noun: "key", list: "key-list", uuid: "key_uuid", shown: ["key_name", "enabled"], also: [], hides: [], alias: { name: "key_name" }, word: flags },
  { noun: "webhook", list: "webhook-list", uuid: "webhook_uuid", shown: ["name", "url", "enabled"], also: [], hides: [], more: ["delivery-list", "delivery-retry"], word: flags },
]

/** What is done most comes first, what cannot be taken back last. @param {string} action */
const place = (action) => (action.endsWith("-update") ? 0 : action.endsWith("-delete") ? 2 : 1)

/** Actions that can be done to one record of a family.
 * @param {Set<string>} offered
 * @param {Family} family
 */
export function actionsOf(offered, family) {
  const plain = [...offered].filter((one) => one.startsWith(`${family.noun}-`))
  const not = new Set([family.list, `${family.noun}-list`, `${family.noun}-create`, `${family.noun}-details`, ...family.also])
  return [...plain, ...(family.more ?? []).filter((one) => offered.has(one))]
    .filter((one) => !not.has(one) && !/-(list|search|import|export|lookup|statistics)$/.test(one) || one === "delivery-list")
    .sort((one, two) => place(one) - place(two) || one.localeCompare(two))
}

/** What says in a request which record is meant. @param {Family} family @param {any} record */
export const referenceOf = (family, record) => ({ [family.param ?? family.uuid]: record[family.uuid] })

/** A record with its members called as a request calls them. @param {Family} family @param {any} record */
export const asRequested = (family, record) => ({
  ...record, ...Object.fromEntries(Object.entries(family.alias ?? {}).map(([name, member]) => [name, record[member]])),
})
