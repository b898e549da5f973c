/** Service-linked roles: an account has one for each service, and templates that name them fail where nobody ever used it. */
import {paged} from './paged.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName} from './translate-error.ts'

type Signal = AbortSignal | undefined

/** The path of such a role names its service: `/aws-service-role/autoscaling.amazonaws.com/`. */
export async function missingServiceRoles(
  session: AwsSession,
  services: readonly string[],
  signal?: Signal,
): Promise<readonly string[]> {
  const roles = await paged(async (Marker) => {
    const page = await session.call(
      'iam',
      'ListRoles',
      {PathPrefix: '/aws-service-role/', ...(Marker !== undefined && {Marker})},
      {signal},
    )
    return {items: page.Roles, next: page.IsTruncated === true ? page.Marker : undefined}
  })
  const there = new Set(roles.map(({Path}) => Path?.split('/')[2]))
  return services.filter((service) => !there.has(service))
}

/** One that is there already is what was wanted. */
export async function createServiceRole(session: AwsSession, service: string, signal?: Signal): Promise<void> {
  try {
    await session.call('iam', 'CreateServiceLinkedRole', {AWSServiceName: service}, {signal, resource: service})
  } catch (error) {
    const taken = awsErrorName(error)?.startsWith('InvalidInput') === true && (error as Error).message.includes('has been taken')
    if (!taken) throw error
  }
}
