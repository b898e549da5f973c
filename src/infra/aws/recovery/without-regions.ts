/**
 * A session for rehearsing the loss of Regions: a call to one of them is refused before it is sent, and counted. Global services
 * live in one of them, too. CloudFormation acts with a role of its own, which no session policy binds: it is given the recovery
 * role.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import {controlPlaneOf} from '../../../runbooks/recovery/port-calls.ts'
import type {AwsSession} from '../session.ts'

export interface Lockout {
  readonly session: AwsSession
  /** Calls that were refused so far. */
  readonly refused: () => number
}

const global = new Set(['iam', 'route53', 'cloudfront'])
/** Operations that hand CloudFormation its role. */
const takesRole = new Set(['CreateStack', 'UpdateStack', 'DeleteStack', 'CreateChangeSet', 'ContinueUpdateRollback'])

/** `role`: ARN of the recovery execution role; null where there is no stack of ours. */
export function withoutRegions(session: AwsSession, regions: readonly string[], role: string | null): Lockout {
  const denied = new Set(regions)
  let refused = 0
  const wrap = (inner: AwsSession): AwsSession => ({
    region: inner.region,
    partition: inner.partition,
    profile: inner.profile,
    sandbox: inner.sandbox,
    clock: inner.clock,
    boundMs: inner.boundMs,
    get calls() {
      return inner.calls
    },
    awsTime: () => inner.awsTime(),
    async call(service, operation, input, options) {
      const region = global.has(service) ? controlPlaneOf(inner.region) : inner.region
      if (denied.has(region)) {
        refused += 1
        throw deniedByDrill(`${service}:${String(operation)}`, region)
      }
      const given =
        role !== null && service === 'cloudformation' && takesRole.has(operation)
          ? ({...(input as object), RoleARN: role} as typeof input)
          : input
      return inner.call(service, operation, given, options)
    },
    credentialsExpireAt: () => inner.credentialsExpireAt(),
    inRegion: (region) => wrap(inner.inRegion(region)),
    reading: () => wrap(inner.reading()),
  })
  return {session: wrap(session), refused: () => refused}
}

function deniedByDrill(action: string, region: string): SluiceError {
  return new SluiceError({
    code: 'denied-by-drill',
    exitCode: ExitCode.halted,
    message: `${action} in ${region} was not sent: this drill goes without that Region, and so has to work without it.`,
    suggestions: ['leave out --without-primary to go on with that Region'],
  })
}
