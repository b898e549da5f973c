/** Calls that the sandbox saw and nobody declared: `ecs:UpdateService eu-west-1`. */
import type {Call} from '../../src/runbooks/engine/step.ts'

/** Needs no permission. */
const free = new Set(['sts:GetCallerIdentity'])
/** Signed for one Region, wherever they are called from. */
const global = new Set(['iam', 'route53', 'cloudfront', 'sts'])

export function undeclared(seen: readonly Call[], declared: readonly Call[]): readonly string[] {
  const key = ({action, region}: Call): string => (global.has(action.split(':')[0] ?? '') ? action : `${action} ${region}`)
  const known = new Set(declared.map(key))
  return [
    ...new Set(
      seen
        .filter(({action}) => !free.has(action))
        .map(key)
        .filter((call) => !known.has(call)),
    ),
  ].toSorted()
}
