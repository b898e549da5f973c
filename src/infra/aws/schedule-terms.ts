/** How EventBridge Scheduler writes names and times. Pure. Names are fixed per service, so they must be stable for ever. */
import {createHash} from 'node:crypto'

const maxName = 64

/** `sluice-<service>-home`; a service name that has to be changed to fit gets a hash, so that two can't meet in one name. */
export function scheduleName(service: string, purpose: 'home' | 'scaling'): string {
  const clean = service.replaceAll(/[^0-9a-zA-Z\-_.]/g, '-')
  const room = maxName - 'sluice-'.length - purpose.length - 1
  if (clean === service && service.length <= room) return `sluice-${service}-${purpose}`
  const hash = createHash('sha256').update(service).digest('hex').slice(0, 8)
  return `sluice-${clean.slice(0, room - hash.length - 1)}-${hash}-${purpose}`
}

/** `at(2026-01-02T03:04:05)`, UTC; the next whole second, never an earlier one. */
export function atExpression(epochMs: number): string {
  return `at(${new Date(Math.ceil(epochMs / 1000) * 1000).toISOString().slice(0, 19)})`
}

/** Epoch ms of an `at(…)` in UTC; null for anything else. */
export function atOf(expression: string): number | null {
  const found = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)\)$/.exec(expression)
  if (found === null) return null
  const epochMs = Date.parse(`${found[1]}Z`)
  return Number.isNaN(epochMs) ? null : epochMs
}
