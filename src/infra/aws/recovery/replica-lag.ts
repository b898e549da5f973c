/**
 * What CloudWatch says of a replica's lag: the newest minute, as it was published. −1 means that nothing is replicated and passes
 * through, no datapoint is null: neither is ever made into a 0.
 */
import type {DatabasePort} from '../../../runbooks/recovery/ports/database-port.ts'
import type {AwsSession} from '../session.ts'

const minuteMs = 60_000
const lookBackMs = 15 * minuteMs

export async function replicaLag(
  session: AwsSession,
  id: string,
  signal: AbortSignal | undefined,
): ReturnType<DatabasePort['lag']> {
  const now = session.awsTime()
  const answer = await session.call(
    'cloudwatch',
    'GetMetricData',
    {
      StartTime: new Date(Math.floor((now - lookBackMs) / minuteMs) * minuteMs),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'lag',
          MetricStat: {
            Metric: {Namespace: 'AWS/RDS', MetricName: 'ReplicaLag', Dimensions: [{Name: 'DBInstanceIdentifier', Value: id}]},
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    },
    {signal, resource: id},
  )
  const series = answer.MetricDataResults?.[0]
  const [at] = series?.Timestamps ?? []
  const [seconds] = series?.Values ?? []
  return at === undefined || seconds === undefined ? null : {seconds, at: at.getTime() + minuteMs}
}
