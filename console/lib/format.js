/** Times, lengths and numbers, as the browser's locale has them. */

/** @param {string} locale */
export function formats(locale) {
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" })
  const number = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 })
  const two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2, useGrouping: false })
  const one = new Intl.NumberFormat(locale, { useGrouping: false })
  return {
    time: (/** @type {string | number} */ at) => time.format(new Date(at)),
    moment: (/** @type {string | number} */ at) => moment.format(new Date(at)),
    number: (/** @type {number} */ value) => number.format(value),
    percent: (/** @type {number | null} */ value) => (value === null ? "–" : percent.format(value / 100)),
    /** 75 → 1:15 @param {number | null} seconds */
    length(seconds) {
      if (seconds === null || Number.isNaN(seconds)) return "–"
      const whole = Math.max(0, Math.floor(seconds))
      const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
      const rest = two.format(whole % 60)
      return hours ? `${one.format(hours)}:${two.format(minutes)}:${rest}` : `${one.format(minutes)}:${rest}`
    },
  }
}

/** When today began here, as the wire has times. @param {Date} [now] */
export function today(now = new Date()) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString()
}
