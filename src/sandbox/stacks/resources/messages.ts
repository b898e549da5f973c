/** Topics, queues, functions, rules, log groups: what others send to, each with the name and ARN its service would give it. */
import {recordOf} from '../../services/records/lookup.ts'
import {bag, flag, text, texts} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, generatedName, recordHandler, refuseTaken} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

export const messageHandlers: ResourceHandlers = {
  'AWS::SNS::Topic': recordHandler({
    make: makeTopic,
    check: (request) => {
      const name = text(request.properties, 'TopicName')
      if (name !== undefined) refuseTaken(request, arn(request, 'sns', name), 'AlreadyExists', `${name} already exists in stack`)
    },
  }),
  'AWS::SNS::Subscription': recordHandler({
    check: (request) => {
      requireTopic(request, text(request.properties, 'TopicArn') ?? '')
    },
    make: (request) => ({physicalId: `${text(request.properties, 'TopicArn') ?? ''}:${uuid(request.world)}`, attributes: {}}),
  }),
  'AWS::SNS::TopicPolicy': recordHandler({
    check: (request) => {
      for (const topic of texts(request.properties, 'Topics')) requireTopic(request, topic)
    },
    make: (request) => withName(generatedName(request, 80)),
  }),
  'AWS::SQS::Queue': recordHandler({check: checkQueue, make: makeQueue}),
  'AWS::SQS::QueuePolicy': recordHandler({
    check: (request) => {
      for (const queue of texts(request.properties, 'Queues')) {
        if (recordOf(request.world, 'AWS::SQS::Queue', request.region, queue) === undefined) {
          throw new AwsFault('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.')
        }
      }
    },
    make: (request) => withName(generatedName(request, 80)),
  }),
  'AWS::Lambda::Function': recordHandler({check: checkFunction, make: makeFunction}),
  'AWS::Lambda::Permission': recordHandler({
    check: (request) => {
      const name = (text(request.properties, 'FunctionName') ?? '').split(':').at(-1) ?? ''
      if (recordOf(request.world, 'AWS::Lambda::Function', request.region, name) === undefined) {
        throw new AwsFault('ResourceNotFoundException', `Function not found: ${arn(request, 'lambda', `function:${name}`)}`, 404)
      }
    },
    make: (request) => withName(generatedName(request, 100)),
  }),
  'AWS::Events::Rule': recordHandler({
    check: (request) => {
      const name = text(request.properties, 'Name')
      if (name !== undefined) refuseTaken(request, name, 'ResourceAlreadyExistsException', `${name} already exists`)
      if (
        text(request.properties, 'ScheduleExpression') === undefined
        && Object.keys(bag(request.properties, 'EventPattern')).length === 0
      ) {
        throw new AwsFault('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.')
      }
    },
    make: (request) => {
      const name = text(request.properties, 'Name') ?? generatedName(request, 64)
      return {physicalId: name, attributes: {Arn: arn(request, 'events', `rule/${name}`)}}
    },
  }),
  'AWS::Logs::LogGroup': recordHandler({check: checkLogGroup, make: makeLogGroup, release: releaseLogGroup}),
}

function withName(id: string): Made {
  return {physicalId: id, attributes: {Id: id}}
}

function makeTopic(request: ResourceRequest): Made {
  const name = text(request.properties, 'TopicName') ?? generatedName(request, 256)
  return {physicalId: arn(request, 'sns', name), attributes: {TopicArn: arn(request, 'sns', name), TopicName: name}}
}

function requireTopic(request: ResourceRequest, topic: string): void {
  if (recordOf(request.world, 'AWS::SNS::Topic', request.region, topic) === undefined) {
    throw new AwsFault('NotFound', 'Topic does not exist', 404)
  }
}

function queueUrl(request: ResourceRequest, name: string): string {
  return `https://sqs.${request.region}.amazonaws.com/${request.world.account}/${name}`
}

function checkQueue(request: ResourceRequest): void {
  const name = text(request.properties, 'QueueName')
  if (name !== undefined)
    refuseTaken(request, queueUrl(request, name), 'QueueAlreadyExists', `A queue named ${name} already exists.`)
}

function makeQueue(request: ResourceRequest): Made {
  const name = text(request.properties, 'QueueName') ?? generatedName(request, 80)
  const url = queueUrl(request, name)
  return {physicalId: url, attributes: {Arn: arn(request, 'sqs', name), QueueName: name, QueueUrl: url}}
}

function checkFunction(request: ResourceRequest): void {
  const name = text(request.properties, 'FunctionName')
  if (name !== undefined) refuseTaken(request, name, 'ResourceConflictException', `Function already exist: ${name}`)
  const role = (text(request.properties, 'Role') ?? '').split('/').at(-1) ?? ''
  if (recordOf(request.world, 'AWS::IAM::Role', request.region, role) === undefined) {
    throw new AwsFault('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.')
  }
}

function makeFunction(request: ResourceRequest): Made {
  const name = text(request.properties, 'FunctionName') ?? generatedName(request, 64)
  return {physicalId: name, attributes: {Arn: arn(request, 'lambda', `function:${name}`)}}
}

function checkLogGroup(request: ResourceRequest): void {
  const name = text(request.properties, 'LogGroupName')
  if (name !== undefined) refuseTaken(request, name, 'ResourceAlreadyExistsException', 'The specified log group already exists')
  const days = text(request.properties, 'RetentionInDays')
  if (days !== undefined && !RETENTION_DAYS.has(Number(days))) {
    throw new AwsFault(
      'InvalidParameterException',
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint`,
    )
  }
}

const RETENTION_DAYS = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
])

function makeLogGroup(request: ResourceRequest): Made {
  const name = text(request.properties, 'LogGroupName') ?? generatedName(request, 512)
  return {physicalId: name, attributes: {Arn: arn(request, 'logs', `log-group:${name}:*`)}}
}

function releaseLogGroup(request: ChangeRequest): void {
  const known = recordOf(request.world, request.type, request.region, request.physicalId)
  if (known !== undefined && flag(known.properties, 'DeletionProtectionEnabled')) {
    throw new AwsFault(
      'ValidationException',
      'Log group has deletion protection enabled and cannot be deleted. Disable deletion protection and try again.',
    )
  }
}
