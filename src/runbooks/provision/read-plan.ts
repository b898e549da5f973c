/** Reads a plan that `infra plan --out` wrote. What can't be one is refused by name; whether it still holds is decided under the lease. */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {InfraPlan} from './infra-plan.ts'
import {planHash} from './plan-infra.ts'

/** `where`: the file, for words. Throws `plan-invalid`, exit 2. */
export function readPlan(text: string, where: string): InfraPlan {
  const plan = parsed(text, where)
  if (plan.schema !== 1) throw invalid(where, `is of schema ${String(plan.schema)}, which this version doesn't know`)
  if (!Array.isArray(plan.stacks) || !Array.isArray(plan.slots) || !Array.isArray(plan.findings) || typeof plan.hash !== 'string') throw invalid(where, 'lacks what a plan consists of')
  if (planHash(plan) !== plan.hash) throw invalid(where, 'was changed after it was written: its hash doesn\'t fit')
  return plan
}

function parsed(text: string, where: string): InfraPlan {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as InfraPlan
  } catch {
    // Said below.
  }
  throw invalid(where, 'isn\'t a plan')
}

const invalid = (where: string, what: string): SluiceError =>
  new SluiceError({code: 'plan-invalid', exitCode: ExitCode.usage, message: `${where} ${what}; nothing was changed.`, suggestions: ['sluice infra plan --out plan.json']})
