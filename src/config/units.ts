/**
 * The two units people write in `sluice.yaml`: durations (`90s`, `5m`, `1h30m`) and percents (`0.5%`). One way each: a bare
 * number is refused, because 5 seconds and 5 minutes are both plausible and one of them loses a release.
 */
export const durationPattern = /^(?=.)(\d+h)?(\d+m(?!s))?(\d+(\.\d+)?s)?(\d+ms)?$/
export const percentPattern = /^\d+(\.\d+)? ?%$/

const unitMs = {h: 3_600_000, m: 60_000, s: 1000, ms: 1} as const

/** Milliseconds; null when the text isn't a duration. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  return Math.round(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit as keyof typeof unitMs], 0))
}

/** `92d`, or whatever is a duration: how often a person does something is said in days. Milliseconds; null when it's neither. */
export function parseInterval(text: string): number | null {
  const days = /^(\d+)d$/.exec(text)
  return days === null ? parseDuration(text) : Number(days[1]) * 24 * unitMs.h
}

export const intervalPattern = /^(\d+d|(?=.)(\d+h)?(\d+m(?!s))?(\d+(\.\d+)?s)?(\d+ms)?)$/

/** A fraction (`0.5%` is 0.005); null when the text isn't a percent. */
export function parsePercent(text: string): number | null {
  if (!percentPattern.test(text)) return null
  // Through a string of digits, so that 0.1% is 0.001 and not 0.0010000000000000002.
  return Number(`${text.replace('%', '').trim()}e-2`)
}

export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let left = ms
  let text = ''
  for (const unit of ['h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(left / unitMs[unit])
    if (amount > 0) text += `${amount}${unit}`
    left -= amount * unitMs[unit]
  }
  return text
}

export const formatPercent = (fraction: number): string => `${Number((fraction * 100).toPrecision(12))}%`

/** What to write instead of something that isn't a duration. */
export function durationHint(input: unknown, example = '5m'): string {
  const bare = typeof input === 'number' || (typeof input === 'string' && /^\d+(\.\d+)?$/.test(input.trim()))
  const unit = example.replace(/[\d.]/g, '')
  if (bare) return `${shown(input)} has no unit: write a unit: ${String(input).trim()}${unit}`
  return `${shown(input)} isn't a duration: write one like 90s, ${example} or 1h30m`
}

/** What to write instead of something that isn't a percent. */
export function percentHint(input: unknown): string {
  if (typeof input === 'number') {
    const percent = input < 1 ? formatPercent(input) : `${input}%`
    return `${input} has no unit: write a percent: ${percent}`
  }
  const bare = typeof input === 'string' && /^\d+(\.\d+)?$/.test(input.trim())
  if (bare) return `${shown(input)} has no unit: write a percent: ${input.trim()}%`
  return `${shown(input)} isn't a percent: write one like 0.5%`
}

export function shown(input: unknown): string {
  if (typeof input === 'string') return input === '' ? 'an empty text' : `"${input}"`
  if (Array.isArray(input)) return 'a list'
  if (input === null) return 'nothing'
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : 'a map'
}
