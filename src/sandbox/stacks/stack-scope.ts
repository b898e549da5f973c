/**
 * What a template's functions may ask of one stack: its parameters, its resources as they are now,
 * and its nested stacks' outputs.
 */
import {zonesOf} from '../services/records/zones.ts'
import type {Properties, Scope} from './contract.ts'
import type {StackEngine} from './stack-engine.ts'
import {stackType} from './stack-state.ts'
import type {Output, Recipe, Stack, StackResource} from './stack-state.ts'

/** How a resource answers; change sets put another in front of it. */
export interface Answers {
  ref(logicalId: string): string | undefined
  attribute(logicalId: string, name: string): unknown
}

export function pseudoOf(
  engine: StackEngine,
  stack: Pick<Stack, 'id' | 'name' | 'region'>,
  notificationArns: readonly string[],
): Scope['pseudo'] {
  return {
    accountId: engine.world.account,
    region: stack.region,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    stackId: stack.id,
    stackName: stack.name,
    notificationArns,
  }
}

export function scopeOf(
  engine: StackEngine,
  stack: Stack,
  recipe: Recipe,
  answers: Answers = madeResources(engine, stack),
): Scope {
  return {
    document: recipe.document,
    parameters: recipe.parameters,
    pseudo: pseudoOf(engine, stack, recipe.notificationArns),
    zones: zonesOf(stack.region),
    ...answers,
    // Read only when the value is handed to a service, so that no secret is kept with the stack.
    dynamic: (reference) => reference,
  }
}

function madeResources(engine: StackEngine, stack: Stack): Answers {
  return {
    ref: (logicalId) => {
      const id = stack.resources.get(logicalId)?.physicalId
      return id === '' ? undefined : id
    },
    attribute: (logicalId, name) => {
      const resource = stack.resources.get(logicalId)
      if (resource === undefined || resource.physicalId === '') return undefined
      if (resource.type !== stackType) return attributeOf(resource, name)
      const nested = engine.shelf.find(stack.region, resource.physicalId)
      return outputOf(nested?.outputs ?? [], name)
    },
  }
}

/** `Outputs.X` of a nested stack. */
export const outputOf = (outputs: readonly Output[], name: string): string | undefined =>
  outputs.find((one) => `Outputs.${one.key}` === name)?.value

/** Attributes are kept by their full name (`Endpoint.Address`) or as the object the service answers. */
export function attributeOf({attributes, properties}: Pick<StackResource, 'attributes' | 'properties'>, name: string): unknown {
  return inside(attributes, name) ?? inside(properties, name)
}

function inside(value: Properties, name: string): unknown {
  if (value[name] !== undefined) return value[name]
  let one: unknown = value
  for (const part of name.split('.')) {
    if (typeof one !== 'object' || one === null) return undefined
    one = (one as Properties)[part]
  }
  return one
}
