/** PutMetricData: everything is looked at before anything is stored, and `Values` with `Counts` count as often as they say. */
import type {Dimension, MetricDatum, PutMetricDataInput} from '@aws-sdk/client-cloudwatch'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import type {MetricStore} from '../world/metric-store.ts'

const WEEK_MS = 7 * 24 * 3_600_000

export function putMetricData(store: MetricStore, now: number, input: PutMetricDataInput, call: CallContext): object {
  const namespace = input.Namespace ?? ''
  if (namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is invalid.')
  const data = input.MetricData ?? []
  if (data.length > 1000) {
    throw new AwsFault('ValidationError', 'The collection MetricData must not have a size greater than 1000.')
  }
  for (const datum of data) check(datum, now)
  for (const datum of data) {
    const at = datum.Timestamp?.getTime() ?? now
    const point = {
      region: call.region,
      namespace,
      metric: datum.MetricName ?? '',
      dimensions: dimensionRecord(datum.Dimensions),
      at,
    }
    if (datum.Value !== undefined) store.observeCount({...point, value: datum.Value}, 1)
    for (const [index, value] of (datum.Values ?? []).entries()) store.observeCount({...point, value}, datum.Counts?.[index] ?? 1)
    const {StatisticValues: summary} = datum
    if (summary !== undefined) {
      store.observeSummary(point, {
        sum: summary.Sum ?? 0,
        count: summary.SampleCount ?? 0,
        min: summary.Minimum ?? 0,
        max: summary.Maximum ?? 0,
      })
    }
  }
  return {}
}

function check(datum: MetricDatum, now: number): void {
  if ((datum.MetricName ?? '') === '') {
    throw new AwsFault('MissingRequiredParameterException', 'The parameter MetricData.member.N.MetricName is required.')
  }
  const given = [datum.Value, datum.Values, datum.StatisticValues].filter((one) => one !== undefined).length
  if (given !== 1) {
    throw new AwsFault(
      'InvalidParameterCombinationException',
      `${datum.MetricName} needs exactly one of Value, Values and StatisticValues.`,
    )
  }
  if (datum.Counts !== undefined && datum.Counts.length !== datum.Values?.length) {
    throw invalid(`${datum.MetricName} has as many Counts as Values, or none.`)
  }
  if ((datum.Values?.length ?? 0) > 150) throw invalid(`${datum.MetricName} has more than 150 Values.`)
  if ([datum.Value ?? 0, ...(datum.Values ?? [])].some((value) => !Number.isFinite(value))) {
    throw invalid(`${datum.MetricName} has a value that is not a number.`)
  }
  if ((datum.Dimensions?.length ?? 0) > 30) throw invalid(`${datum.MetricName} has more than 30 dimensions.`)
  const at = datum.Timestamp?.getTime() ?? now
  if (at < now - 2 * WEEK_MS || at > now + 2 * 3_600_000) {
    throw invalid(`The timestamp of ${datum.MetricName} is more than two weeks past or two hours ahead.`)
  }
}

function invalid(message: string): AwsFault {
  return new AwsFault('InvalidParameterValueException', message)
}

export function dimensionRecord(dimensions: readonly Dimension[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((dimensions ?? []).map(({Name, Value}) => [Name ?? '', Value ?? '']))
}
