/**
 * Whether something in a subnet reaches AWS's public endpoints: a default route to a NAT gateway, or to an internet gateway for who has
 * a public address. Reads only. A subnet that nobody gave a route table of its own has its network's main one, which isn't known here:
 * it reaches them.
 */
import type {World} from '../world/contract.ts'
import {recordOf, recordsOf} from './records/lookup.ts'
import {text} from './records/properties.ts'

export function reachesAws(world: World, region: string, subnet: string, hasPublicAddress: boolean): boolean {
  const table = recordsOf(world, 'AWS::EC2::SubnetRouteTableAssociation', region).find(
    ({properties}) => text(properties, 'SubnetId') === subnet,
  )
  if (table === undefined) return true
  return recordsOf(world, 'AWS::EC2::Route', region)
    .filter(({properties}) => text(properties, 'RouteTableId') === text(table.properties, 'RouteTableId'))
    .filter(({properties}) => text(properties, 'DestinationCidrBlock') === '0.0.0.0/0')
    .some(({properties}) => {
      const nat = text(properties, 'NatGatewayId')
      if (nat !== undefined) return recordOf(world, 'AWS::EC2::NatGateway', region, nat) !== undefined
      return hasPublicAddress && text(properties, 'GatewayId')?.startsWith('igw-') === true
    })
}
