/**
 * EC2 Auto Scaling, composed: groups whose hosts come up, register with ECS, and go. It keeps records of the instances it makes,
 * which EC2 answers from; it never measures a load, so nothing but a call changes a group's size.
 */
import type {Service, World} from '../world/contract.ts'
import {groupOperations} from './autoscaling-groups.ts'
import {createGroupLife} from './autoscaling-life.ts'
import {policyOperations} from './autoscaling-policies.ts'
import type {ScalingRegion} from './autoscaling-state.ts'

export function createAutoScaling(world: World): Service {
  const regions = new Map<string, ScalingRegion>()
  const stateOf = (region: string): ScalingRegion => {
    const known = regions.get(region) ?? {region, groups: new Map()}
    regions.set(region, known)
    return known
  }
  const life = createGroupLife(world)
  return {
    name: 'autoscaling',
    operations: {...groupOperations(world, stateOf, life), ...policyOperations(world, stateOf)},
  }
}
