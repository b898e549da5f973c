/** What only readiness asks: certificates, alarms, keys, roles, images, quotas, tags. Only reads; what isn't there is null. */
import type {ReadinessPort} from '../../../runbooks/recovery/ports/readiness-port.ts'
import {controlPlaneOf} from '../../../runbooks/recovery/port-calls.ts'
import {paged} from '../paged.ts'
import {quota} from '../quotas.ts'
import type {AwsSession} from '../session.ts'
import {runningDigest} from '../slot-services.ts'
import {unlessMissing} from '../unless-missing.ts'
import {imageDigest} from './image-digest.ts'
import {taggedResources} from './tagged-resources.ts'

type Signal = AbortSignal | undefined

const dayMs = 24 * 3_600_000

/** What a Region at production's size takes. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
const wantedQuotas = [
  {service: 'ec2', code: 'L-1216C47A'},
  {service: 'ec2', code: 'L-0263D0A3'},
  {service: 'elasticloadbalancing', code: 'L-53DA6B97'},
  {service: 'rds', code: 'L-7B6409FD'},
] as const

export function readiness(session: AwsSession): ReadinessPort {
  const there = (region: string): AwsSession => session.inRegion(region)
  return {
    certificate: (region, arn, signal) => certificate(there(region), arn, signal),
    async certificateOfListener(region, listener, signal) {
      const answer = await unlessMissing(
        there(region).call('elasticloadbalancing', 'DescribeListeners', {ListenerArns: [listener]}, {signal, resource: listener}),
      )
      return answer?.Listeners?.[0]?.Certificates?.[0]?.CertificateArn ?? null
    },
    alarms: (region, prefix, signal) => alarms(there(region), prefix, signal),
    async key(region, KeyId, signal) {
      const answer = await unlessMissing(there(region).call('kms', 'DescribeKey', {KeyId}, {signal, resource: KeyId}))
      const found = answer?.KeyMetadata
      return found === undefined ? null : {enabled: found.Enabled === true, state: found.KeyState ?? ''}
    },
    async role(RoleName, signal) {
      const iam = there(controlPlaneOf(session.region))
      const answer = await unlessMissing(iam.call('iam', 'GetRole', {RoleName}, {signal, resource: RoleName}))
      return answer?.Role?.Arn === undefined ? null : {arn: answer.Role.Arn}
    },
    imageAge: (region, parameter, signal) => imageAge(there(region), parameter, signal),
    imageDigest: (region, image, signal) => imageDigest(there(region), image, signal),
    runningDigest: (region, cluster, service, signal) => runningDigest(there(region), cluster, service, null, signal),
    async quotas(region, signal) {
      const found = await Promise.all(
        wantedQuotas.map(async ({service, code}) => ({service, code, read: await quota(there(region), service, code, signal)})),
      )
      return found.flatMap(({service, code, read}) => (read === null ? [] : [{service, code, ...read}]))
    },
    tagged: (region, tags, signal) => taggedResources(there(region), tags, signal),
  }
}

async function certificate(
  session: AwsSession,
  CertificateArn: string,
  signal: Signal,
): ReturnType<ReadinessPort['certificate']> {
  const answer = await unlessMissing(
    session.call('acm', 'DescribeCertificate', {CertificateArn}, {signal, resource: CertificateArn}),
  )
  const found = answer?.Certificate
  if (found === undefined) return null
  const until = found.NotAfter?.getTime()
  return {
    // One that isn't issued is valid for no day.
    days: until === undefined ? 0 : Math.floor((until - session.awsTime()) / dayMs),
    status: found.Status ?? '',
    names: [...new Set([found.DomainName, ...(found.SubjectAlternativeNames ?? [])].flatMap((name) => name ?? []))],
  }
}

async function alarms(session: AwsSession, AlarmNamePrefix: string, signal: Signal): ReturnType<ReadinessPort['alarms']> {
  const all = await paged(async (NextToken) => {
    const page = await session.call(
      'cloudwatch',
      'DescribeAlarms',
      {
        AlarmNamePrefix,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        NextToken,
      },
      {signal, resource: AlarmNamePrefix},
    )
    return {items: [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])], next: page.NextToken}
  })
  return all.map(({AlarmName, StateValue, ActionsEnabled}) => ({
    name: AlarmName ?? '',
    state: StateValue ?? 'INSUFFICIENT_DATA',
    actions: ActionsEnabled === true,
  }))
}

async function imageAge(session: AwsSession, parameter: string, signal: Signal): ReturnType<ReadinessPort['imageAge']> {
  const answer = await session.call('ssm', 'GetParameters', {Names: [parameter]}, {signal, resource: parameter})
  const ami = answer.Parameters?.[0]?.Value
  if (ami === undefined) return null
  const images = await unlessMissing(session.call('ec2', 'DescribeImages', {ImageIds: [ami]}, {signal, resource: ami}))
  const created = Date.parse(images?.Images?.[0]?.CreationDate ?? '')
  return Number.isNaN(created) ? null : {ami, createdAt: created}
}
