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
export const callsIn = (region: string, ...actions: readonly string[]): readonly Call[] => actions.map((action) => ({action, region}))

/** Regions in which a service runs: those with a main stack. */
export const servingRegions = ({chosen}: Pick<UpInput, 'chosen'>): readonly string[] => chosen.filter(({kind}) => kind === 'main').map(({region}) => region)

export const createId = (stack: string): string => `create-${stack}`
export const updateId = (stack: string): string => `update-${stack}`

/** Ids of the steps that stand for what a stack needs; what isn't part of this run is there or isn't. */
export function stepsFor(needs: readonly string[], {chosen}: Pick<UpInput, 'chosen'>): readonly string[] {
  const ids = new Set(chosen.map(({id}) => id))
  return needs.flatMap((need) => {
    const stack = need.replace(/\.then$/, '')
    if (!ids.has(stack)) return []
    return [need === stack ? createId(stack) : updateId(stack)]
  })
}
