/** Names of what the tool makes on its own stack: whoever makes a slot and whoever releases into it must agree on them. Pure. */
interface Whose {
  readonly service: string
  readonly environment: string
}

/** A root stack: `shop-production-main`. */
export const stackOf = ({service, environment}: Whose, kind: 'foundation' | 'main'): string => `${service}-${environment}-${kind}`

/** ECS service of a slot: `shop-production-a`. */
export const slotService = ({service, environment}: Whose, slot: 'a' | 'b'): string => `${service}-${environment}-${slot}`

/** Family of the slots' task definitions; the same for both, so that a revision that serves in one is found for the other. */
export const slotFamily = ({service, environment}: Whose): string => `${service}-${environment}-api`

/** Container that releases change. */
export const slotContainer = 'api'

/** Priority of the live rule: behind the preview rules, and behind whatever a team adds. */
export const liveRulePriority = 40_000

/** Value of the tag `sluice:live`: what `init --import` calls the service. */
export const liveTag = 'sluice:live'
