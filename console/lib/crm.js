/** The address of a caller in the CRM, of a template with {number}, {name}, {contact_id}; only http and https.
 * @param {string} template @param {Record<string, string>} values
 */
export function crmAddress(template, values) {
  const filled = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ""))
  try {
    const address = new URL(filled)
    return ["http:", "https:"].includes(address.protocol) ? address.href : null
  } catch {
    return null
  }
}
