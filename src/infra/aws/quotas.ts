/** A quota with what is in use, as far as AWS tells. An account's own value before the default everybody has. */
import type {MetricInfo, ServiceQuota} from '@aws-sdk/client-service-quotas'
import type {AwsSession} from './session.ts'
import {unlessMissing} from './unless-missing.ts'

type Signal = AbortSignal | undefined

/** Usage is published every five minutes, and late. */
const usageWindowMs = 3 * 3_600_000

export async function quota(
  session: AwsSession,
  service: string,
  code: string,
  signal?: Signal,
): Promise<{readonly name: string; readonly value: number; readonly used: number | null} | null> {
  const found = (await own(session, service, code, signal)) ?? (await byDefault(session, service, code, signal))
  if (found?.Value === undefined) return null
  return {name: found.QuotaName ?? code, value: found.Value, used: await usage(session, found.UsageMetric, signal)}
}

const own = async (
  session: AwsSession,
  ServiceCode: string,
  QuotaCode: string,
  signal: Signal,
): Promise<ServiceQuota | undefined> =>
  (await unlessMissing(session.call('servicequotas', 'GetServiceQuota', {ServiceCode, QuotaCode}, {signal, resource: QuotaCode})))
    ?.Quota

const byDefault = async (
  session: AwsSession,
  ServiceCode: string,
  QuotaCode: string,
  signal: Signal,
): Promise<ServiceQuota | undefined> =>
  (
    await unlessMissing(
      session.call('servicequotas', 'GetAWSDefaultServiceQuota', {ServiceCode, QuotaCode}, {signal, resource: QuotaCode}),
    )
  )?.Quota

/** The newest value; null where AWS publishes none. */
async function usage(session: AwsSession, metric: MetricInfo | undefined, signal: Signal): Promise<number | null> {
  if (metric?.MetricName === undefined || metric.MetricNamespace === undefined) return null
  const now = session.awsTime()
  const answer = await session.call(
    'cloudwatch',
    'GetMetricData',
    {
      StartTime: new Date(now - usageWindowMs),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'usage',
          MetricStat: {
            Metric: {
              Namespace: metric.MetricNamespace,
              MetricName: metric.MetricName,
              Dimensions: Object.entries(metric.MetricDimensions ?? {}).map(([Name, Value]) => ({Name, Value})),
            },
            Period: 300,
            Stat: metric.MetricStatisticRecommendation ?? 'Maximum',
          },
        },
      ],
    },
    {signal, resource: metric.MetricName},
  )
  return answer.MetricDataResults?.[0]?.Values?.[0] ?? null
}
