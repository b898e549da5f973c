/**
 * The input of a team's own call as far as it is known before anything runs: texts as they go into IAM
 * patterns. What an earlier step finds is `late` in its place, and whatever would mean something to IAM is written so that it means itself.
 * Pure.
 */
import {filledIn} from '../../config/runbook-references.ts'
import type {Value, Values} from '../../config/runbook.ts'
import type {Place} from '../recovery/place.ts'

export interface CallInput {
  /** The text, or each of the texts, of a member: `Bucket`, `overrides.taskRoleArn`; null: it isn't there. */
  texts(member: string): readonly string[] | null
}

/** Stands for a fact of an earlier step until the pattern is whole; nobody types it. */
export const late = '\u{E000}'

export function callInput(input: Values, place: Place): CallInput {
  const known = filledIn(input, (reference) =>
    reference.kind === 'place' ? ((place as unknown as Readonly<Record<string, Value>>)[reference.name] ?? late) : late,
  )
  return {
    texts(member) {
      const found = member
        .split('.')
        .reduce<Value | undefined>(
          (value, key) =>
            typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values)[key] : undefined,
          known,
        )
      if (found === undefined || found === null) return null
      const all = [found].flat().map((one) => asPattern(typeof one === 'string' ? one : JSON.stringify(one)))
      return all.length === 0 ? null : all
    },
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html: a `*`, a `?` and a `$` that are meant as such. */
const asPattern = (text: string): string => text.replace(/[*?$]/g, (letter) => `\${${letter}}`)
