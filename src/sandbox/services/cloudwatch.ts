/** CloudWatch: what the data plane observed and what was put, published with its delay. Alarms and dashboards are only kept. */
import type {GetMetricDataInput, ListMetricsInput, ListMetricsOutput, PutMetricDataInput} from '@aws-sdk/client-cloudwatch'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import type {MetricSeries, MetricStore} from '../world/metric-store.ts'
import {alarmOperations} from './cloudwatch-alarms.ts'
import {dashboardOperations} from './cloudwatch-dashboards.ts'
import {getMetricData} from './cloudwatch-get.ts'
import type {MetricReader} from './cloudwatch-get.ts'
import {createPublication} from './cloudwatch-publication.ts'
import {putMetricData} from './cloudwatch-put.ts'

const LARGEST_PAGE = 500

export function createCloudWatch(world: World & {readonly metrics: MetricStore}): Service {
  const reader: MetricReader = {store: world.metrics, isPublished: createPublication(world), now: () => world.clock.now()}
  return {
    name: 'monitoring',
    operations: {
      GetMetricData: (input: GetMetricDataInput, call: CallContext) => getMetricData(reader, input, call),
      PutMetricData: (input: PutMetricDataInput, call: CallContext) =>
        putMetricData(world.metrics, world.clock.now(), input, call),
      ...alarmOperations(world),
      ...dashboardOperations(world),
      ListMetrics: (input: ListMetricsInput, call: CallContext) => listMetrics(reader, input, call),
    },
  }
}

/** Only metrics of which something was published. */
function listMetrics(reader: MetricReader, input: ListMetricsInput, call: CallContext): ListMetricsOutput {
  const now = reader.now()
  const isAskedFor = (series: MetricSeries): boolean =>
    series.region === call.region
    && (input.Namespace === undefined || series.namespace === input.Namespace)
    && (input.MetricName === undefined || series.metric === input.MetricName)
    && (input.Dimensions ?? []).every(
      ({Name, Value}) =>
        Object.hasOwn(series.dimensions, Name ?? '') && (Value === undefined || series.dimensions[Name ?? ''] === Value),
    )
    && [...series.minutes.keys()].some((minute) => reader.isPublished(series, minute, now))
  const found = [...reader.store.all()].filter(isAskedFor)
  const start = input.NextToken === undefined ? 0 : Number(input.NextToken)
  if (!Number.isInteger(start)) throw new AwsFault('InvalidParameterValueException', 'The next token is not valid.')
  const end = start + LARGEST_PAGE
  return {
    Metrics: found.slice(start, end).map(({namespace, metric, dimensions}) => ({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({Name, Value})),
    })),
    ...(end < found.length && {NextToken: String(end)}),
  }
}
