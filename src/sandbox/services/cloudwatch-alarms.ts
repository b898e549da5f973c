/**
 * Alarms and composite alarms: kept as they were put, whole, and described. They don't evaluate: their state is INSUFFICIENT_DATA
 * until somebody sets it, so nobody is ever paged by a pretended world.
 */
import type {
  CompositeAlarm,
  DeleteAlarmsInput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  EnableAlarmActionsInput,
  MetricAlarm,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'

type Alarm = {readonly kind: 'metric'; readonly alarm: MetricAlarm} | {readonly kind: 'composite'; readonly alarm: CompositeAlarm}

const LARGEST_PAGE = 100
const LARGEST_DELETION = 100

export function alarmOperations(world: World) {
  const regions = new Map<string, Map<string, Alarm>>()
  const alarmsOf = (region: string): Map<string, Alarm> => {
    const known = regions.get(region) ?? new Map<string, Alarm>()
    regions.set(region, known)
    return known
  }
  const ownMembers = (name: string, call: CallContext, known: Alarm | undefined) => {
    const now = new Date(world.clock.now())
    return {
      AlarmArn: `arn:aws:cloudwatch:${call.region}:${call.account}:alarm:${name}`,
      AlarmConfigurationUpdatedTimestamp: now,
      StateValue: known?.alarm.StateValue ?? ('INSUFFICIENT_DATA' as const),
      StateReason: known?.alarm.StateReason ?? 'Unchecked: Initial alarm creation',
      StateUpdatedTimestamp: known?.alarm.StateUpdatedTimestamp ?? now,
    }
  }
  const lists = {OKActions: [], AlarmActions: [], InsufficientDataActions: []}

  return {
    PutMetricAlarm: (input: PutMetricAlarmInput, call: CallContext): object => {
      const alarms = alarmsOf(call.region)
      const {AlarmName = '', Tags: _tags, ...settings} = input
      const known = sameKind(alarms.get(AlarmName), 'metric', AlarmName)
      checkMetricAlarm(input)
      const alarm = {
        ActionsEnabled: true,
        Dimensions: [],
        ...lists,
        ...settings,
        AlarmName,
        ...ownMembers(AlarmName, call, known),
      }
      alarms.set(AlarmName, {kind: 'metric', alarm})
      return {}
    },

    PutCompositeAlarm: (input: PutCompositeAlarmInput, call: CallContext): object => {
      const alarms = alarmsOf(call.region)
      const {AlarmName = '', Tags: _tags, ...settings} = input
      const known = sameKind(alarms.get(AlarmName), 'composite', AlarmName)
      const unknown = namedIn(input.AlarmRule ?? '', call.region).find((name) => !alarms.has(name))
      if (unknown !== undefined) throw validation(`AlarmRule must not contain alarms that don't exist: ${unknown}`)
      const alarm = {ActionsEnabled: true, ...lists, ...settings, AlarmName, ...ownMembers(AlarmName, call, known)}
      alarms.set(AlarmName, {kind: 'composite', alarm})
      return {}
    },

    DescribeAlarms: (input: DescribeAlarmsInput, call: CallContext): DescribeAlarmsOutput => {
      const kinds = input.AlarmTypes ?? ['MetricAlarm']
      const found = [...alarmsOf(call.region).values()].filter(
        ({kind, alarm}) =>
          kinds.includes(kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm')
          && (input.AlarmNames?.includes(alarm.AlarmName ?? '') ?? true)
          && (alarm.AlarmName ?? '').startsWith(input.AlarmNamePrefix ?? '')
          && (input.StateValue === undefined || alarm.StateValue === input.StateValue),
      )
      const start = input.NextToken === undefined ? 0 : Number(input.NextToken)
      if (!Number.isInteger(start)) throw new AwsFault('InvalidNextToken', 'The next token specified is invalid.')
      const end = start + Math.min(input.MaxRecords ?? 50, LARGEST_PAGE)
      const page = found.slice(start, end)
      return {
        MetricAlarms: page.flatMap((one) => (one.kind === 'metric' ? one.alarm : [])),
        CompositeAlarms: page.flatMap((one) => (one.kind === 'composite' ? one.alarm : [])),
        ...(end < found.length && {NextToken: String(end)}),
      }
    },

    DeleteAlarms: (input: DeleteAlarmsInput, call: CallContext): object => {
      const alarms = alarmsOf(call.region)
      const names = input.AlarmNames ?? []
      if (names.length > LARGEST_DELETION) throw validation('The collection AlarmNames must not have a size greater than 100.')
      const needed = names.find((name) => isNeeded(alarms, name, names, call.region))
      if (needed !== undefined) {
        throw validation(`The alarm ${needed} cannot be deleted as there are other alarms that depend on it.`)
      }
      // Deleting what isn't there is no error.
      for (const name of names) alarms.delete(name)
      return {}
    },

    SetAlarmState: (input: SetAlarmStateInput, call: CallContext): object => {
      const known = alarmsOf(call.region).get(input.AlarmName ?? '')
      if (known === undefined) throw new AwsFault('ResourceNotFound', `There is no alarm ${input.AlarmName ?? ''}.`, 404)
      const state = {
        StateValue: input.StateValue as StateValue,
        StateReason: input.StateReason,
        StateUpdatedTimestamp: new Date(world.clock.now()),
      }
      Object.assign(known.alarm, state)
      return {}
    },

    EnableAlarmActions: (input: EnableAlarmActionsInput, call: CallContext): object =>
      setActions(alarmsOf(call.region), input, 'on'),
    DisableAlarmActions: (input: EnableAlarmActionsInput, call: CallContext): object =>
      setActions(alarmsOf(call.region), input, 'off'),
  }
}

function setActions(
  alarms: ReadonlyMap<string, Alarm>,
  {AlarmNames = []}: EnableAlarmActionsInput,
  actions: 'on' | 'off',
): object {
  for (const name of AlarmNames) {
    const known = alarms.get(name)
    if (known !== undefined) known.alarm.ActionsEnabled = actions === 'on'
  }
  return {}
}

const validation = (message: string): AwsFault => new AwsFault('ValidationError', message)

function sameKind(known: Alarm | undefined, kind: Alarm['kind'], name: string): Alarm | undefined {
  if (known !== undefined && known.kind !== kind) throw validation(`An alarm of another type has the name ${name}.`)
  return known
}

function checkMetricAlarm(input: PutMetricAlarmInput): void {
  if ((input.MetricName === undefined) === (input.Metrics === undefined)) {
    throw validation('Either MetricName or Metrics has to be specified, and not both.')
  }
  if (input.MetricName !== undefined && (input.Statistic === undefined) === (input.ExtendedStatistic === undefined)) {
    throw validation('Exactly one of Statistic and ExtendedStatistic has to be specified.')
  }
  if ((input.Threshold === undefined) === (input.ThresholdMetricId === undefined)) {
    throw validation('Exactly one element of Threshold or ThresholdMetricId has to be specified.')
  }
  const answering = (input.Metrics ?? []).filter((one) => one.ReturnData !== false && one.Id !== input.ThresholdMetricId)
  if (input.Metrics !== undefined && answering.length !== 1) {
    throw validation('Exactly one element of the metrics list should return data.')
  }
}

/** Names in `ALARM("name") OR NOT OK(arn…)`. */
function namedIn(rule: string, region: string): readonly string[] {
  return [...rule.matchAll(/\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["']?([^"')]+)["']?\s*\)/g)].map(
    ([, name = '']) =>
      name
        .trim()
        .split(`:${region}:`)
        .at(-1)
        ?.replace(/^\d+:alarm:/, '') ?? '',
  )
}

function isNeeded(alarms: ReadonlyMap<string, Alarm>, name: string, alsoGoing: readonly string[], region: string): boolean {
  return [...alarms.values()].some(
    (one) =>
      one.kind === 'composite'
      && !alsoGoing.includes(one.alarm.AlarmName ?? '')
      && namedIn(one.alarm.AlarmRule ?? '', region).includes(name),
  )
}
