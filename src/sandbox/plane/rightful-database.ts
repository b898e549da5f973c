/**
 * Which database of a Region is primary by right, as its API sees it: the one that the Region's parameter names, and that takes
 * writes. A drill's copy and an instance that was set aside take writes too, and are never meant.
 */
import {attribute, recordsOf} from '../services/records/lookup.ts'
import {text} from '../services/records/properties.ts'
import {DATABASE} from '../services/rds-databases.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {databasesOf} from './databases.ts'

/** Numbers of users' rows there, each as often as it is there; null: no database of the Region takes writes. */
export function rowsByRight(world: World, region: string): readonly number[] | null {
  const found = rightfulDatabase(world, region)
  return found === undefined
    ? null
    : databasesOf(world)
        .rowsOf(found)
        .filter(({kind}) => kind === 'row')
        .map(({id}) => id)
}

function rightfulDatabase(world: World, region: string): AccountRecord | undefined {
  const hosts = new Set(
    recordsOf(world, 'AWS::SSM::Parameter', region)
      .filter(({id}) => id.endsWith('/database/host'))
      .map(({properties}) => text(properties, 'Value')),
  )
  const writable = recordsOf(world, DATABASE, region).filter(
    (one) => one.tags['sluice:drill'] === undefined && databasesOf(world).isWritable(one),
  )
  return (
    writable.find((one) => hosts.has(attribute(one, 'Endpoint.Address'))) ?? writable.find(({id}) => !id.includes('-fenced-'))
  )
}
