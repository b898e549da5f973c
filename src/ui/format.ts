/**
 * How numbers, times and versions are written, everywhere. One place, so that the terminal, a CI log and a report never say the
 * same fact in two ways. Never depends on the machine's locale or time zone: English digits, UTC.
 */

/** 1812 → `1,812`. */
export function count(n: number): string {
  if (!Number.isFinite(n)) return '?'
  const digits = String(Math.abs(Math.round(n)))
  return (Math.round(n) < 0 ? '-' : '') + digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A count with its noun: `1 request`, `1,812 requests`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${Math.round(n) === 1 ? one : many}`
}

/** A measured fraction: 0.0009 → `0.09 %`, 0.521 → `52.1 %`; null (nothing was counted) → `no data`. */
export function rate(fraction: number | null): string {
  if (fraction === null || !Number.isFinite(fraction)) return 'no data'
  const percent = fraction * 100
  if (percent > 0 && percent < 0.005) return '<0.01 %'
  return `${percent.toFixed(percent >= 9.995 ? 1 : 2)} %`
}

/** A limit somebody chose, a fraction: 0.005 → `0.5 %`. */
export const limit = (fraction: number): string => `${trimmed(fraction * 100, 3)} %`

/** A share of traffic in percent: 25 → `25 %`, 24.83 → `24.8 %`. */
export const share = (percent: number): string => `${trimmed(percent, 1)} %`

export const trimmed = (n: number, decimals: number): string => String(Number(n.toFixed(decimals)))

/** Milliseconds → `0m11s`, `4m10s`, `1h02m`, `3d04h`. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const [days, hours, minutes, seconds] = [total / 86_400, (total % 86_400) / 3600, (total % 3600) / 60, total % 60].map(
    Math.floor,
  )
  if (days! > 0) return `${days}d${two(hours!)}h`
  if (hours! > 0) return `${hours}h${two(minutes!)}m`
  return `${minutes}m${two(seconds!)}s`
}

/** As a stopwatch shows it: 577000 → `9:37`, 3725000 → `1:02:05`. */
export function clockSpan(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
}

/** A length somebody chose, in words: 480000 → `8 min`, 45000 → `45 s`, 5400000 → `1 h 30 min`. */
export function span(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 600 && seconds % 60 !== 0) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 120) return `${minutes} min`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Epoch ms → `18:32:10Z`. */
export const timeOfDay = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(11, 19)}Z`

/** Epoch ms → `18:32Z`, for what isn't known to the second. */
export const minuteOfDay = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(11, 16)}Z`

/** Epoch ms → `2026-11-22 18:32Z`. */
export const dateAndMinute = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')}Z`

/** Epoch ms → `2026-11-22T18:32:10Z`, for machines. */
export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString().replace('.000Z', 'Z')

/** `310/min`. */
export const perMinute = (n: number): string => `${count(n)}/min`

/** The part of an image that names the version: `shop/api:1.9.0` → `1.9.0`, `api@sha256:ab12cd34…` → `sha256:ab12cd34`. */
export function version(image: string): string {
  const [name = '', digest] = image.split('@')
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1]
  if (tag !== undefined && tag !== '') return tag
  return digest === undefined ? image : digest.slice(0, 'sha256:'.length + 8)
}

/** Two images, told apart in as few words as possible. */
export function versions(from: string, to: string): {readonly from: string; readonly to: string} {
  const short = {from: version(from), to: version(to)}
  return short.from === short.to && from !== to ? {from, to} : short
}

/** 111122223333 → `1111-2222-3333`. */
export const account = (id: string): string => id.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3')

/** A little curve, one character a value, highest value full height. */
export function sparkline(values: readonly number[], highest = Math.max(0, ...values)): string {
  const bars = '▁▂▃▄▅▆▇█'
  return values.map((value) => bars[highest > 0 ? Math.min(7, Math.ceil((value / highest) * 7)) : 0]!).join('')
}

const escapeSequences = /\u001b\[[0-9;?]*[a-zA-Z]/g
const notPrintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g

/** What AWS or a person wrote, safe to print on one line: no escape sequences, no line breaks. */
export const printable = (text: string): string => text.replace(escapeSequences, '').replace(notPrintable, ' ')

export const oneLine = (text: string): string => printable(text).trim()

function two(n: number): string {
  return String(n).padStart(2, '0')
}
