import type {Facts} from '../engine/event.ts'

/** A fact that must be a text by now; anything else is a bug of ours, and must never reach AWS as `undefined`. */
export function textFact(facts: Facts, key: string): string {
  const value = facts[key]
  if (typeof value !== 'string') throw new Error(`the fact ${key} isn't there`)
  return value
}
