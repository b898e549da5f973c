/** What every step of `infra up` is made of. Texts of templates stay out of the journal. */
import type {InfraPlan, Wanted, WantedStack} from './infra-plan.ts'
import type {Call} from '../engine/step.ts'

export interface UpInput {
  readonly plan: InfraPlan
  /** What a person agreed to: the same, or an earlier one. */
  readonly agreed: InfraPlan
  readonly wanted: Wanted
  /** Stacks of this run: all, or one Region's. */
  readonly chosen: readonly WantedStack[]
  /** Least time between two looks at single resources, in the run's own time: a fast clock doesn't make AWS faster. */
  readonly progressEveryMs: number
}

/** `cloudformation:DescribeStacks`, … in one Region. */
export const callsIn = (region: string, ...actions: readonly string[]): readonly Call[] =>
  actions.map((action) => ({action, region}))

/** Regions in which a service runs: those with a main stack. */
export const servingRegions = ({chosen}: Pick<UpInput, 'chosen'>): readonly string[] =>
  chosen.filter(({kind}) => kind === 'main').map(({region}) => region)

export const createId = (stack: string): string => `create-${stack}`
export const updateId = (stack: string): string => `update-${stack}`

/** One pass is enough: as it is made, it stays. */
export const isSinglePass = ({first, then, thenNeeds}: WantedStack): boolean =>
  thenNeeds.length === 0 && JSON.stringify(first) === JSON.stringify(then)

/**
 * Ids of the steps that stand for what a stack needs; what isn't part of this run is there or isn't. Of two passes, the first is
 * enough; a stack of one pass has to be as it shall be, because what is built on it may ask for what is new there.
 */
export function stepsFor(needs: readonly string[], {chosen}: Pick<UpInput, 'chosen'>): readonly string[] {
  return needs.flatMap((need) => {
    const stack = chosen.find(({id}) => id === need.replace(/\.then$/, ''))
    if (stack === undefined) return []
    return [need === stack.id && !isSinglePass(stack) ? createId(stack.id) : updateId(stack.id)]
  })
}
