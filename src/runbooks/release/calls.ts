import type {Call} from '../engine/step.ts'
import type {ReleaseInput} from './input.ts'

/** AWS actions in the service's own Region: what an IAM policy for releases is read off. */
export const call = (input: ReleaseInput, ...actions: readonly string[]): readonly Call[] =>
  actions.map((action) => ({action, region: input.config.region}))
