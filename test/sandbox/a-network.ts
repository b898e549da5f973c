/** Builder: a VPC with one public and two data subnets in two zones, as a stack makes it. */
import type {World} from '../../src/sandbox/world/contract.ts'
import {aResource} from './a-resource.ts'
import type {Stacked} from './a-resource.ts'

export interface Network {
  readonly vpc: Stacked
  readonly publicSubnet: Stacked
  readonly data: readonly [Stacked, Stacked]
}

export async function aNetwork(world: World, region = 'eu-west-1'): Promise<Network> {
  const vpc = await aResource(world, 'AWS::EC2::VPC', {CidrBlock: '10.40.0.0/16'}, {region, tags: {Name: 'shop'}})
  const subnet = async (third: number, zone: string, name: string): Promise<Stacked> =>
    aResource(
      world,
      'AWS::EC2::Subnet',
      {
        VpcId: vpc.id,
        CidrBlock: `10.40.${third}.0/24`,
        AvailabilityZone: `${region}${zone}`,
      },
      {region, tags: {Name: name}},
    )
  return {
    vpc,
    publicSubnet: await subnet(0, 'a', 'public-a'),
    data: [await subnet(8, 'a', 'data-a'), await subnet(9, 'b', 'data-b')],
  }
}
