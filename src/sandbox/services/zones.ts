/** In which zone a subnet is: what its record says; a subnet nobody has a record of gets a zone by its turn. */
import type {World} from '../world/contract.ts'

export function zoneOf(world: World, region: string, subnet: string, turn: number): string {
  const zone = world.records.get(region, 'AWS::EC2::Subnet', subnet)?.properties['AvailabilityZone']
  return typeof zone === 'string' ? zone : `${region}${'abc'[turn % 3] ?? 'a'}`
}
