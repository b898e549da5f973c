/** Cloud Control: the same window on everything in the account. It looks at records of any type and changes none. */
import type {
  GetResourceInput,
  GetResourceOutput,
  ListResourcesInput,
  ListResourcesOutput,
  ResourceDescription,
} from '@aws-sdk/client-cloudcontrol'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'

export function createCloudControl(world: World): Service {
  return {
    name: 'cloudcontrol',
    operations: {
      GetResource: ({TypeName, Identifier}: GetResourceInput, call: CallContext): GetResourceOutput => {
        const found = recordOf(world, TypeName ?? '', call.region, Identifier ?? '')
        if (found === undefined) {
          throw new AwsFault(
            'ResourceNotFoundException',
            `Resource of type '${TypeName ?? ''}' with identifier '${Identifier ?? ''}' was not found.`,
          )
        }
        return {TypeName, ResourceDescription: description(found)}
      },
      ListResources: (input: ListResourcesInput, call: CallContext): ListResourcesOutput => {
        const {items, next} = page(recordsOf(world, input.TypeName ?? '', call.region), input.NextToken, input.MaxResults ?? 100)
        return {TypeName: input.TypeName, ResourceDescriptions: items.map(description), NextToken: next}
      },
    },
  }
}

/** Properties and attributes in one object, as the resource's schema has them; `Endpoint.Address` stands within `Endpoint`. */
function description({id, properties, attributes, tags}: AccountRecord): ResourceDescription {
  const model: Record<string, unknown> = {...properties}
  for (const [name, value] of Object.entries(attributes)) {
    const [outer = '', inner] = name.split('.')
    if (inner === undefined) model[outer] ??= value
    else model[outer] = {...(typeof model[outer] === 'object' ? model[outer] : {}), [inner]: value}
  }
  if (Object.keys(tags).length > 0) model['Tags'] = Object.entries(tags).map(([Key, Value]) => ({Key, Value}))
  return {Identifier: id, Properties: JSON.stringify(model)}
}
