/**
 * Parameter Store: parameters of stacks and of calls are the same records, by name. Writing one that a stack made is drift, and
 * is allowed: Image Builder does it every week.
 */
import type {
  DeleteParameterRequest,
  DescribeParametersRequest,
  DescribeParametersResult,
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  Parameter,
  ParameterStringFilter,
  PutParameterRequest,
  PutParameterResult,
} from '@aws-sdk/client-ssm'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {page} from './records/page.ts'
import {putRecord, recordOf, recordsOf, tagsFrom} from './records/lookup.ts'
import {number, text} from './records/properties.ts'
import {publicParameter} from './ssm-public.ts'

const TYPE = 'AWS::SSM::Parameter'

export function createSsm(world: World): Service {
  return {
    name: 'ssm',
    operations: {
      GetParameter: ({Name}: GetParameterRequest, call: CallContext): GetParameterResult => {
        const found = parameter(world, call, Name ?? '')
        if (found === undefined) throw new AwsFault('ParameterNotFound', '')
        return {Parameter: found}
      },
      GetParameters: ({Names}: GetParametersRequest, call: CallContext): GetParametersResult => getMany(world, Names ?? [], call),
      GetParametersByPath: (input: GetParametersByPathRequest, call: CallContext): GetParametersByPathResult => {
        const path = (input.Path ?? '/').replace(/\/?$/, '/')
        const found = recordsOf(world, TYPE, call.region).filter(
          ({id}) => id.startsWith(path) && (input.Recursive === true || !id.slice(path.length).includes('/')),
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 10)
        return {Parameters: items.map((record) => shape(record, call)), NextToken: next}
      },
      PutParameter: (input: PutParameterRequest, call: CallContext) => put(world, input, call),
      DeleteParameter: ({Name}: DeleteParameterRequest, call: CallContext) => {
        if (!world.records.remove(call.region, TYPE, Name ?? '')) throw new AwsFault('ParameterNotFound', '')
        return {}
      },
      DescribeParameters: (input: DescribeParametersRequest, call: CallContext) => describe(world, input, call),
    },
  }
}

function getMany(world: World, names: readonly string[], call: CallContext): GetParametersResult {
  if (names.length > 10) {
    throw new AwsFault(
      'ValidationException',
      "1 validation error detected: Value at 'names' failed to satisfy constraint: "
        + 'Member must have length less than or equal to 10',
    )
  }
  const found = names.map((name) => parameter(world, call, name)).filter((one) => one !== undefined)
  const there = new Set(found.map(({Name}) => Name))
  return {Parameters: found, InvalidParameters: names.filter((name) => !there.has(name))}
}

function parameter(world: World, call: CallContext, name: string): Parameter | undefined {
  const record = recordOf(world, TYPE, call.region, name.replace(/^arn:aws:ssm:[^:]+:\d+:parameter(?=\/)/, ''))
  if (record !== undefined) return shape(record, call)
  const value = publicParameter(name, call.region)
  if (value === null) return undefined
  return {
    Name: name,
    Type: 'String',
    Value: value,
    Version: 1,
    DataType: value.startsWith('ami-') ? 'aws:ec2:image' : 'text',
    LastModifiedDate: new Date(0),
    ARN: `arn:aws:ssm:${call.region}::parameter${name}`,
  }
}

function shape({id, properties, attributes, createdAt}: AccountRecord, call: CallContext): Parameter {
  return {
    Name: id,
    Type: (text(properties, 'Type') ?? 'String') as Parameter['Type'],
    Value: text(properties, 'Value') ?? '',
    Version: number(attributes, 'Version') ?? 1,
    LastModifiedDate: new Date(number(attributes, 'ModifiedAt') ?? createdAt),
    ARN: `arn:aws:ssm:${call.region}:${call.account}:parameter${id.startsWith('/') ? '' : '/'}${id}`,
    DataType: text(properties, 'DataType') ?? 'text',
  }
}

function put(world: World, input: PutParameterRequest, call: CallContext): PutParameterResult {
  const id = input.Name ?? ''
  if (/^\/?(aws|ssm)/i.test(id)) throw new AwsFault('AccessDeniedException', `No access to reserved parameter name: ${id}.`)
  const known = recordOf(world, TYPE, call.region, id)
  if (known === undefined) {
    if (input.Type === undefined) {
      throw new AwsFault('ValidationException', 'A parameter type is required when you create a parameter.')
    }
    const {Type, Value, Description, DataType = 'text'} = input
    putRecord(world, {
      type: TYPE,
      region: call.region,
      id,
      properties: {Name: id, Type, Value, DataType, ...(Description !== undefined && {Description})},
      attributes: {Type, Value, Version: 1},
      tags: tagsFrom(input.Tags),
    })
    return {Version: 1, Tier: 'Standard'}
  }
  if (input.Overwrite !== true) {
    throw new AwsFault(
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    )
  }
  const version = (number(known.attributes, 'Version') ?? 1) + 1
  world.records.change(call.region, TYPE, id, {
    properties: {...known.properties, Value: input.Value},
    attributes: {...known.attributes, Value: input.Value, Version: version, ModifiedAt: world.clock.now()},
  })
  return {Version: version, Tier: 'Standard'}
}

function describe(world: World, input: DescribeParametersRequest, call: CallContext): DescribeParametersResult {
  const found = recordsOf(world, TYPE, call.region).filter((record) =>
    (input.ParameterFilters ?? []).every((filter) => passes(record, filter)),
  )
  const {items, next} = page(found, input.NextToken, input.MaxResults ?? 10)
  return {
    Parameters: items.map((record) => {
      const {Name, ARN, Type, LastModifiedDate, Version, DataType} = shape(record, call)
      return {
        Name,
        ARN,
        Type,
        LastModifiedDate,
        Version,
        DataType,
        Description: text(record.properties, 'Description'),
        Tier: 'Standard',
        Policies: [],
      }
    }),
    NextToken: next,
  }
}

function passes({id, properties, tags}: AccountRecord, {Key, Option, Values = []}: ParameterStringFilter): boolean {
  if (Key?.startsWith('tag:') === true) return Values.includes(tags[Key.slice(4)] ?? '')
  if (Key === 'Type') return Values.includes(text(properties, 'Type') ?? '')
  if (Key === 'Path')
    return Values.some(
      (path) => id.startsWith(path.replace(/\/?$/, '/')) && (Option === 'Recursive' || !id.slice(path.length + 1).includes('/')),
    )
  if (Key !== 'Name') throw new AwsFault('InvalidFilterKey', `The specified filter key is not valid: ${Key ?? ''}`)
  return Values.some((wanted) =>
    Option === 'BeginsWith' ? id.startsWith(wanted) : Option === 'Contains' ? id.includes(wanted) : id === wanted,
  )
}
