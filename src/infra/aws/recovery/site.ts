/** The site's buckets: what is in them now, and what is still on its way from one to the other. Only reads. */
import type {Metric} from '@aws-sdk/client-cloudwatch'
import type {SitePort} from '../../../runbooks/recovery/ports/site-port.ts'
import {paged} from '../paged.ts'
import type {AwsSession} from '../session.ts'

type Signal = AbortSignal | undefined

const minuteMs = 60_000
const lookBackMs = 30 * minuteMs
const metrics = {operations: 'OperationsPendingReplication', bytes: 'BytesPendingReplication'} as const

export function site(session: AwsSession): SitePort {
  return {
    async manifest(region, Bucket, signal) {
      const all = await paged(async (ContinuationToken) => {
        const page = await session
          .inRegion(region)
          .call('s3', 'ListObjectsV2', {Bucket, ContinuationToken}, {signal, resource: Bucket})
        return {items: page.Contents, next: page.IsTruncated === true ? page.NextContinuationToken : undefined}
      })
      return Object.fromEntries(all.flatMap(({Key, ETag}) => (Key === undefined ? [] : [[Key, ETag ?? '']])))
    },
    pending: (region, bucket, signal) => pending(session.inRegion(region), bucket, signal),
  }
}

/** Summed over all rules of the bucket; null where nothing is published (lately). */
async function pending(session: AwsSession, bucket: string, signal: Signal): ReturnType<SitePort['pending']> {
  const [operations, bytes] = await Promise.all([
    newest(session, bucket, metrics.operations, signal),
    newest(session, bucket, metrics.bytes, signal),
  ])
  return operations === null && bytes === null ? null : {operations: operations ?? 0, bytes: bytes ?? 0}
}

async function newest(session: AwsSession, bucket: string, MetricName: string, signal: Signal): Promise<number | null> {
  const known = await paged(async (NextToken) => {
    const page = await session.call(
      'cloudwatch',
      'ListMetrics',
      {
        Namespace: 'AWS/S3',
        MetricName,
        Dimensions: [{Name: 'SourceBucket', Value: bucket}],
        NextToken,
      },
      {signal, resource: bucket},
    )
    return {items: page.Metrics, next: page.NextToken}
  })
  if (known.length === 0) return null
  const now = session.awsTime()
  const answer = await session.call(
    'cloudwatch',
    'GetMetricData',
    {
      StartTime: new Date(Math.floor((now - lookBackMs) / minuteMs) * minuteMs),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: known.map((metric: Metric, index) => ({
        Id: `m${index}`,
        MetricStat: {Metric: metric, Period: 60, Stat: 'Maximum'},
      })),
    },
    {signal, resource: bucket},
  )
  const values = (answer.MetricDataResults ?? []).flatMap(({Values}) => Values?.[0] ?? [])
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}
