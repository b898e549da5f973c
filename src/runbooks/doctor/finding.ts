/** One line of doctor's tree: what was looked at, how it is, and what mends it. */
import {SluiceError} from '../../errors.ts'
import {StoreUnavailable} from '../engine/store.ts'
import {Unavailable} from '../engine/unavailable.ts'

export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly words: string
  /** Exact commands, or one short instruction each. */
  readonly fix?: readonly string[]
  readonly children?: readonly Finding[]
}

export type Seen = Omit<Finding, 'name'>
export const ok = (words: string): Seen => ({state: 'ok', words})
export const warn = (words: string, ...fix: readonly string[]): Seen => ({state: 'warn', words, fix})
export const fail = (words: string, ...fix: readonly string[]): Seen => ({state: 'fail', words, fix})

/** Looks, and turns what AWS refused into a finding: one thing that can't be read must not hide the others. */
export async function finding(name: string, look: () => Promise<Seen>): Promise<Finding> {
  try {
    return {name, ...(await look())}
  } catch (error) {
    if (error instanceof SluiceError) return {name, ...fail(error.message, ...error.suggestions)}
    if (error instanceof Unavailable || error instanceof StoreUnavailable) {
      return {name, ...fail(`can't be read now: ${error.message}`)}
    }
    throw error
  }
}

/** A heading over findings: as bad as the worst of them. */
export function heading(name: string, words: string, children: readonly Finding[]): Finding {
  const states = children.map(({state}) => state)
  const state = states.includes('fail') ? 'fail' : states.includes('warn') ? 'warn' : 'ok'
  return {name, state, words, children}
}
