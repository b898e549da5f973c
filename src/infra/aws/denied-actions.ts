/**
 * Which actions the caller may not do, by IAM's own simulation. The simulation asks about all resources at once, so an action
 * that is allowed on some resources only may be called denied: whoever shows this warns, and doesn't refuse.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {paged, portions} from './paged.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

const actionsPerCall = 100

/** null: it can't be found out. */
export async function deniedActions(
  session: AwsSession,
  caller: string,
  actions: readonly string[],
  signal?: Signal,
): Promise<readonly string[] | null> {
  if (caller.endsWith(':root')) return []
  try {
    const source = await policySource(session, caller, signal)
    if (source === null) return null
    const answers = await Promise.all(portions(actions, actionsPerCall).map((part) => simulate(session, source, part, signal)))
    return answers.flat()
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'access-denied' && error.exitCode === ExitCode.credentials) return null
    throw error
  }
}

async function simulate(
  session: AwsSession,
  PolicySourceArn: string,
  ActionNames: readonly string[],
  signal: Signal,
): Promise<readonly string[]> {
  const results = await paged(async (Marker) => {
    const page = await session.call(
      'iam',
      'SimulatePrincipalPolicy',
      {
        PolicySourceArn,
        ActionNames: [...ActionNames],
        ...(Marker !== undefined && {Marker}),
      },
      {signal, resource: PolicySourceArn},
    )
    return {items: page.EvaluationResults, next: page.IsTruncated === true ? page.Marker : undefined}
  })
  return results.flatMap(({EvalActionName, EvalDecision}) => (EvalDecision === 'allowed' ? [] : (EvalActionName ?? [])))
}

/**
 * A session of a role is simulated as its role, and only IAM knows the role's path. null: neither a user nor a role's session
 * (a federated user), which IAM doesn't simulate.
 */
async function policySource(session: AwsSession, caller: string, signal: Signal): Promise<string | null> {
  const role = /:assumed-role\/([^/]+)\//.exec(caller)?.[1]
  if (role === undefined) return /^arn:[^:]+:iam::\d+:(user|role)\//.test(caller) ? caller : null
  try {
    const answer = await session.call('iam', 'GetRole', {RoleName: role}, {signal, resource: role})
    return answer.Role?.Arn ?? null
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
