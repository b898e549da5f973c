/**
 * Which target of a group gets the next request: round robin over the healthy ones; over all of them (fail open) when fewer
 * are healthy than the group's minimum. A draining or unused target never gets one.
 */
import type {Target, TargetGroup} from '../services/elbv2-state.ts'
import {numberAttribute} from '../services/elbv2-attributes.ts'

const MINIMUM = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets'

export interface TargetPool {
  readonly group: TargetGroup
  /** To be called when targets, their health or the group's attributes changed. */
  refresh(): void
  next(): Target | undefined
  /** True while requests go to unhealthy targets too. */
  readonly failingOpen: boolean
  readonly healthy: number
  readonly unhealthy: number
}

export function createTargetPool(group: TargetGroup): TargetPool {
  let eligible: readonly Target[] = []
  let turn = 0
  let failingOpen = false
  let healthy = 0
  let unhealthy = 0

  const refresh = (): void => {
    // Taken off its last rule: requests may still come until that has reached traffic, and go where they went.
    if (group.usedBy === undefined) return
    const registered = [...group.targets.values()].filter((target) => target.state !== 'draining' && target.state !== 'unused')
    const well = registered.filter((target) => target.state === 'healthy')
    const percentage = group.attributes.get(`${MINIMUM}.percentage`)
    const least = Math.max(
      numberAttribute(group.attributes, `${MINIMUM}.count`),
      percentage === undefined || percentage === 'off' ? 0 : Math.ceil((registered.length * Number(percentage)) / 100),
    )
    failingOpen = registered.length > 0 && well.length < least
    eligible = failingOpen ? registered : well
    healthy = well.length
    unhealthy = registered.length - well.length
  }
  refresh()

  return {
    group,
    refresh,
    next: () => {
      turn = turn + 1 >= eligible.length ? 0 : turn + 1
      return eligible[turn]
    },
    get failingOpen() {
      return failingOpen
    },
    get healthy() {
      return healthy
    },
    get unhealthy() {
      return unhealthy
    },
  }
}
