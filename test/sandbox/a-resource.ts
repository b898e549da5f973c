/**
 * Builder: makes one resource as a stack would, without the engine: its handler runs, and what it made is entered into the account. A
 * row says only the properties it is about.
 */
import type {Made, Properties, ResourceHandlers} from '../../src/sandbox/stacks/contract.ts'
import {otherHandlers} from '../../src/sandbox/stacks/resources/other.ts'
import {homeOf} from '../../src/sandbox/services/records/lookup.ts'
import type {World} from '../../src/sandbox/world/contract.ts'

const handlers: ResourceHandlers = otherHandlers

export interface Stacked {
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  update(properties: Properties): Promise<Made>
  remove(): Promise<void>
  /** What drift is told of by. */
  read(): Promise<Properties>
  /** null: stable; else what it waits for. */
  stable(): Promise<string | null>
}

export async function aResource(
  world: World,
  type: string,
  properties: Properties,
  {
    region = 'eu-west-1',
    logicalId = 'Thing',
    stack = 'shop',
    tags = {},
  }: {
    readonly region?: string
    readonly logicalId?: string
    readonly stack?: string
    readonly tags?: Readonly<Record<string, string>>
  } = {},
): Promise<Stacked> {
  const handler = handlers[type]
  if (handler === undefined) throw new Error(`${type} has no handler`)
  const request = {
    world,
    region,
    type,
    logicalId,
    stackId: `arn:aws:cloudformation:${region}:${world.account}:stack/${stack}/1`,
    stackName: stack,
    properties,
    tags,
    token: 'token',
  }
  const {physicalId, attributes} = await handler.create(request)
  const home = homeOf(type, region)
  world.records.put({
    region: home,
    type,
    id: physicalId,
    properties,
    attributes,
    tags,
    status: 'available',
    createdAt: world.clock.now(),
    stack: {id: request.stackId, logicalId},
  })
  let present = properties
  return {
    id: physicalId,
    attributes,
    update: async (next) => {
      const made = await handler.update({...request, properties: next, physicalId, previous: present})
      present = next
      return made
    },
    remove: async () => {
      await handler.remove({...request, properties: present, physicalId, previous: present})
      world.records.remove(home, type, physicalId)
    },
    read: async () => (await handler.read?.({...request, properties: present, physicalId, previous: present})) ?? {},
    stable: async () => (await handler.stable?.({...request, properties: present, physicalId, previous: present})) ?? null,
  }
}
