/** Alarms, composite alarms and dashboards of a stack. They are put whole: what an update leaves out is gone. */
import type * as C from '@aws-sdk/client-cloudwatch'
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {drifted, means, only, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, keyValueTags, missing} from './service-call.ts'

const watch = async <Output>(
  request: Pick<ResourceRequest, 'world' | 'region'>,
  operation: string,
  input: object,
): Promise<Output> => call<Output>(request, 'monitoring', operation, input)

const KINDS = {
  numbers: [
    'Period',
    'EvaluationPeriods',
    'DatapointsToAlarm',
    'Threshold',
    'ActionsSuppressorWaitPeriod',
    'ActionsSuppressorExtensionPeriod',
  ],
  flags: ['ActionsEnabled', 'ReturnData'],
}

interface AlarmFamily {
  readonly operation: 'PutMetricAlarm' | 'PutCompositeAlarm'
  readonly found: (answer: C.DescribeAlarmsCommandOutput) => object | undefined
  readonly compared: readonly string[]
}

function alarm({operation, found, compared}: AlarmFamily): ResourceHandler {
  const put = async (request: ResourceRequest, AlarmName: string): Promise<Made> => {
    const {Tags: _tags, ...settings} = withKinds(request.properties, KINDS)
    await watch(request, operation, {...settings, AlarmName, Tags: keyValueTags(request.tags)})
    return {
      physicalId: AlarmName,
      attributes: {Arn: `arn:aws:cloudwatch:${request.region}:${request.world.account}:alarm:${AlarmName}`},
    }
  }
  return {
    create: async (request) => put(request, text(request.properties['AlarmName']) ?? generatedName(request, 255)),
    update: async (request) => put(request, request.physicalId),
    remove: async (request) => {
      await watch(request, 'DeleteAlarms', {AlarmNames: [request.physicalId]})
    },
    read: async (request) => {
      const present = found(
        await watch<C.DescribeAlarmsCommandOutput>(request, 'DescribeAlarms', {
          AlarmNames: [request.physicalId],
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        }),
      )
      if (present === undefined) throw missing(request)
      return drifted(request.properties, only(present, compared))
    },
  }
}

const dashboard: ResourceHandler = {
  create: async (request) => putDashboard(request, text(request.properties['DashboardName']) ?? generatedName(request, 255)),
  update: async (request) => putDashboard(request, request.physicalId),
  remove: async (request) => {
    await watch(request, 'DeleteDashboards', {DashboardNames: [request.physicalId]})
  },
  read: async (request: ChangeRequest) => {
    const {DashboardEntries = []} = await watch<C.ListDashboardsCommandOutput>(request, 'ListDashboards', {
      DashboardNamePrefix: request.physicalId,
    })
    if (!DashboardEntries.some((one) => one.DashboardName === request.physicalId)) throw missing(request)
    const {DashboardBody} = await watch<C.GetDashboardCommandOutput>(request, 'GetDashboard', {DashboardName: request.physicalId})
    return means(bodyOf(request.properties), DashboardBody) ? request.properties : {...request.properties, DashboardBody}
  },
}

const bodyOf = ({DashboardBody: body}: Properties): string => (typeof body === 'string' ? body : JSON.stringify(body))

async function putDashboard(request: ResourceRequest, DashboardName: string): Promise<Made> {
  await watch(request, 'PutDashboard', {DashboardName, DashboardBody: bodyOf(request.properties)})
  return {physicalId: DashboardName, attributes: {}}
}

export const cloudWatchHandlers: ResourceHandlers = {
  'AWS::CloudWatch::Alarm': alarm({
    operation: 'PutMetricAlarm',
    found: (answer) => answer.MetricAlarms?.[0],
    compared: [
      'Threshold',
      'EvaluationPeriods',
      'DatapointsToAlarm',
      'ComparisonOperator',
      'TreatMissingData',
      'ActionsEnabled',
      'AlarmActions',
      'Period',
      'Statistic',
    ],
  }),
  'AWS::CloudWatch::CompositeAlarm': alarm({
    operation: 'PutCompositeAlarm',
    found: (answer) => answer.CompositeAlarms?.[0],
    compared: ['AlarmRule', 'ActionsEnabled', 'AlarmActions'],
  }),
  'AWS::CloudWatch::Dashboard': dashboard,
}
