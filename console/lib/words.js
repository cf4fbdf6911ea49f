/** The page's words, in the language of the browser or the one that was chosen. */
import de from "../texts/de.js"
import en from "../texts/en.js"

/** @type {Record<string, Record<string, string>>} */
export const LANGUAGES = { en, de }
const FROM_RIGHT = /^(ar|dv|fa|he|ps|ur|yi)\b/

/** @param {readonly string[]} wanted in order @returns {string} */
export function languageFor(wanted) {
  return wanted.map((one) => one.slice(0, 2)).find((one) => one in LANGUAGES) ?? "en"
}

/** @param {string} language */
export const directionOf = (language) => (FROM_RIGHT.test(language) ? "rtl" : "ltr")

/** Words by their key; `{name}` stands for a value. A key that has no words in a language has the English ones.
 * @param {string} language
 */
export function wordsOf(language) {
  const words = LANGUAGES[language] ?? LANGUAGES.en
  return (/** @type {string} */ key, /** @type {Record<string, unknown>} */ values = {}) =>
    (words[key] ?? LANGUAGES.en[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""))
}
