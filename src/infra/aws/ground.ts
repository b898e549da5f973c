/**
 * Small things around the stacks that no template can make first: service-linked roles, the bucket of state and templates, public
 * parameters; and what is in the way of deleting. It deletes nothing but objects of a bucket it was told to empty.
 */
import type {GroundPort} from '../../runbooks/provision/ports.ts'
import {emptyBucket, bucketSize} from './bucket-content.ts'
import {ensureStateBucket} from './ensure-state-bucket.ts'
import {portions} from './paged.ts'
import {createServiceRole, missingServiceRoles} from './service-roles.ts'
import type {AwsSession} from './session.ts'
import {awsStatus, isMissing} from './translate-error.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined

export function ground(session: AwsSession, {account}: {readonly account: string}): GroundPort {
  // What it says decides what is left alone, before anything begins: a late answer is waited for.
  const reading = session.reading()
  return {
    missingServiceRoles: (services, signal) => missingServiceRoles(session, services, signal),
    createServiceRole: (service, signal) => createServiceRole(session, service, signal),
    async ensureStateBucket(region, signal) {
      const {bucket} = await ensureStateBucket(session.inRegion(region), account, signal)
      return {bucket}
    },
    hasObject: (region, bucket, key, signal) => hasObject(session.inRegion(region), bucket, key, signal),
    async readObject(region, Bucket, Key, signal) {
      const answer = await unlessMissing(
        reading.inRegion(region).call('s3', 'GetObject', {Bucket, Key}, {signal, resource: `${Bucket}/${Key}`}),
      )
      return answer === null ? null : ((await answer.Body?.transformToString('utf-8')) ?? '')
    },
    async putObject(region, bucket, key, body, contentType, signal) {
      try {
        await session.inRegion(region).call(
          's3',
          'PutObject',
          {
            Bucket: bucket,
            Key: key,
            Body: body,
            ContentType: contentType,
            ExpectedBucketOwner: account,
            IfNoneMatch: '*',
          },
          {signal, resource: `${bucket}/${key}`},
        )
      } catch (error) {
        // Somebody was quicker, and theirs stays: the same template, or a team's own page.
        if (awsStatus(error) !== 412) throw error
      }
    },
    objectUrl: (region, bucket, key) => objectUrl(session.inRegion(region).partition, region, bucket, key),
    parameters: (region, names, signal) => parameters(session.inRegion(region), names, signal),
    bucketSize: (region, bucket, signal) => bucketSize(session.inRegion(region), bucket, signal),
    emptyBucket: (region, bucket, signal) => emptyBucket(session.inRegion(region), bucket, signal),
    protectedInstances: (region, group, signal) => protectedInstances(session.inRegion(region), group, signal),
    removeInstanceProtection: (region, group, instances, signal) =>
      removeProtection(session.inRegion(region), group, instances, signal),
    pendingRecords: (region, certificate, signal) => pendingRecords(session.inRegion(region), certificate, signal),
  }
}

const suffixes: Readonly<Record<string, string>> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-eusc': 'amazonaws.eu',
}

/** As CloudFormation reads a template: it fetches the object itself, so this is AWS's address in a sandbox too. */
export function objectUrl(partition: string, region: string, bucket: string, key: string): string {
  return `https://${bucket}.s3.${region}.${suffixes[partition] ?? 'amazonaws.com'}/${key.split('/').map(encodeURIComponent).join('/')}`
}

async function hasObject(session: AwsSession, Bucket: string, Key: string, signal: Signal): Promise<boolean> {
  try {
    await session.call('s3', 'HeadObject', {Bucket, Key}, {signal, resource: `${Bucket}/${Key}`})
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** GetParameters takes no more. */
const parametersPerCall = 10

async function parameters(
  session: AwsSession,
  names: readonly string[],
  signal: Signal,
): Promise<Readonly<Record<string, string>>> {
  const answers = await Promise.all(
    portions([...new Set(names)], parametersPerCall).map((Names) =>
      session.call('ssm', 'GetParameters', {Names: [...Names]}, {signal, resource: Names.join(', ')}),
    ),
  )
  const found = answers.flatMap((answer) => answer.Parameters ?? [])
  return Object.fromEntries(found.flatMap(({Name, Value}) => (Name === undefined || Value === undefined ? [] : [[Name, Value]])))
}

async function protectedInstances(session: AwsSession, group: string, signal: Signal): Promise<readonly string[] | null> {
  const answer = await session.call(
    'autoscaling',
    'DescribeAutoScalingGroups',
    {AutoScalingGroupNames: [group]},
    {signal, resource: group},
  )
  const found = answer.AutoScalingGroups?.[0]
  if (found === undefined) return null
  return (found.Instances ?? []).flatMap(({InstanceId, ProtectedFromScaleIn}) =>
    ProtectedFromScaleIn === true ? (InstanceId ?? []) : [],
  )
}

/** SetInstanceProtection takes no more. */
const instancesPerCall = 50

async function removeProtection(session: AwsSession, group: string, instances: readonly string[], signal: Signal): Promise<void> {
  for (const InstanceIds of portions(instances, instancesPerCall)) {
    await session.call(
      'autoscaling',
      'SetInstanceProtection',
      {
        AutoScalingGroupName: group,
        InstanceIds: [...InstanceIds],
        ProtectedFromScaleIn: false,
      },
      {signal, resource: group},
    )
  }
}

type Records = Awaited<ReturnType<GroundPort['pendingRecords']>>

/** Names of one certificate often share their record; each is said once. */
async function pendingRecords(session: AwsSession, certificate: string, signal: Signal): Promise<Records> {
  try {
    const answer = await session.call(
      'acm',
      'DescribeCertificate',
      {CertificateArn: certificate},
      {signal, resource: certificate},
    )
    if (answer.Certificate?.Status !== 'PENDING_VALIDATION') return []
    const waiting = (answer.Certificate.DomainValidationOptions ?? []).filter(
      ({ValidationStatus}) => ValidationStatus !== 'SUCCESS',
    )
    const records = waiting.flatMap(({ResourceRecord: record}) =>
      record?.Name === undefined || record.Value === undefined
        ? []
        : [{name: record.Name, type: String(record.Type), value: record.Value}],
    )
    return [...new Map(records.map((record) => [`${record.name} ${record.value}`, record])).values()]
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}
