/** What a handler is asked for, and how a resource is named in faults: `Nested/LogicalId` from its root. */
import type {Fault} from '../world/contract.ts'
import type {ChangeRequest, Properties} from './contract.ts'
import {withDynamicValues} from './dynamic-values.ts'
import type {Wanted} from './resource-work.ts'
import type {Job} from './stack-engine.ts'
import {scopeOf} from './stack-scope.ts'
import type {StackResource} from './stack-state.ts'

export const pathOf = ({stack}: Pick<Job, 'stack'>, logicalId: string): string => [...stack.path, logicalId].join('/')

export function strikes(job: Job, fault: Fault, logicalId: string, type: string): boolean {
  if (fault.region !== undefined && fault.region !== job.stack.region) return false
  const path = pathOf(job, logicalId)
  const root = job.stack.root ?? job.stack
  return fault.target === undefined || [path, `${root.name}/${path}`, logicalId, type].includes(fault.target)
}

export async function requestOf(job: Job, wanted: Wanted, physicalId: string, previous: Properties): Promise<ChangeRequest> {
  const {
    engine: {world},
    stack,
    operation,
  } = job
  const {logicalId, type} = wanted
  return {
    world,
    region: stack.region,
    type,
    logicalId,
    stackId: stack.id,
    stackName: stack.name,
    tags: withoutOwn(wanted.tags),
    properties: await withDynamicValues(world, stack.region, wanted.properties),
    token: `${operation.id}-${pathOf(job, logicalId)}`,
    physicalId,
    previous,
    updatePolicy: updatePolicyOf(job, logicalId),
  }
}

function updatePolicyOf({engine, stack, recipe}: Job, logicalId: string): Properties | undefined {
  const written = recipe.document.resources.get(logicalId)?.updatePolicy
  return engine.language.resolveValue(written, scopeOf(engine, stack, recipe), recipe.conditions, undefined) as
    Properties | undefined
}

export function changeRequest(
  job: Pick<Job, 'engine' | 'stack'> & {readonly operation: {readonly id: string}},
  resource: StackResource,
): ChangeRequest {
  const {
    stack,
    engine: {world},
  } = job
  const {logicalId, type, properties, physicalId, tags} = resource
  return {
    world,
    region: stack.region,
    type,
    logicalId,
    stackId: stack.id,
    stackName: stack.name,
    tags: withoutOwn(tags),
    properties,
    physicalId,
    previous: properties,
    token: `${job.operation.id}-${pathOf(job, logicalId)}`,
  }
}

/** CloudFormation's own tags are on the record; services are never asked to set them. */
const withoutOwn = (tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:')))
