/** A file as it was parsed, before anybody knows whether it has the right shape: looked at without ever throwing. Pure. */
import type {Path} from './problem.ts'

export type RawMap = Readonly<Record<string, unknown>>

export interface RawStep {
  readonly raw: RawMap
  /** Empty: it has none. */
  readonly id: string
  readonly path: Path
  /** As given, or the step above. */
  readonly needs: readonly string[]
  readonly anchor: {readonly side: 'before' | 'after'; readonly id: string} | null
}

export const mapOf = (value: unknown): RawMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawMap) : {}
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Does `first` come before `second` by what they need? */
export function comesBefore(first: string, second: string, needsOf: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>()
  const reaches = (id: string): boolean => {
    if (seen.has(id)) return false
    seen.add(id)
    return (needsOf.get(id) ?? []).some((need) => need === first || reaches(need))
  }
  return reaches(second)
}
