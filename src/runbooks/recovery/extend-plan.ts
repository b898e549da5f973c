/**
 * Puts a team's own steps beside the steps of a built-in recovery. `before` holds its step up; `after` waits for its step and holds up
 * nothing but the report, so that nothing is added to the way to the users. The plan's own steps keep their order and their directions.
 * Beyond the point of no return an added step never takes anything back. Pure.
 */
import {referencesIn} from '../../config/runbook-references.ts'
import type {Extension, OwnStep, RecoveryName} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Plan, Step, StepContext, Then} from '../engine/step.ts'
import {directions, ownStep} from '../custom/own-step.ts'
import type {Ground} from '../custom/own-step.ts'
import type {OwnWorld} from '../custom/ports.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

/** The recovery that a plan of this name is extended for; null: none can be. */
function recoveryOfPlan(plan: string): RecoveryName | null {
  return plan === 'promote' ? 'dr promote' : plan === 'drill' ? 'dr drill' : plan === 'failback' ? 'dr failback' : null
}

/**
 * The same plan where there is no extension, or one of another recovery. Steps beside a step that isn't in this plan (a shape without it)
 * are left out. Throws `extension-impossible`, exit 2, with everything that can't be.
 */
export function extendPlan(
  plan: Plan<RecoveryWorld>,
  extension: Extension | null,
  ground: Pick<Ground, 'place' | 'settings'>,
): Plan<RecoveryWorld> {
  if (extension === null || recoveryOfPlan(plan.name) !== extension.extends) return plan
  const region = extension.region ?? ground.place.recovery
  const added = addedSteps(plan, extension)
  const problems = impossible(plan, added)
  if (problems.length > 0) throw refusal(extension, problems)
  const beyond = beyondReturn(plan, added)
  const holding = (id: string): readonly string[] =>
    added.flatMap(({step, side, anchor}) => (side === 'before' && anchor === id ? [step.id] : []))
  const trailing = added.filter(({side}) => side === 'after').map(({step}) => step.id)
  const steps = plan.steps.map((step): Step<RecoveryWorld> => {
    const needs = [...step.needs, ...holding(step.id), ...(step.id === 'report' ? trailing : [])]
    return needs.length === step.needs.length ? step : {...step, needs}
  })
  const others = added.map(({step}) => inRecovery(ownStep(step, {...ground, region}, direction(step, plan, beyond))))
  return {...plan, steps: inOrder([...steps, ...others])}
}

/** Nothing is taken back beyond the point of no return; and a plan that cleans up after itself (a drill) does so whatever an added step says. */
function direction({id, onFailure}: OwnStep, plan: Plan<RecoveryWorld>, beyond: ReadonlySet<string>): Then {
  if (onFailure === 'pause' || onFailure === 'go-on') return 'pause'
  if (plan.onRollBack !== null) return 'roll-back'
  return onFailure === 'undo' && beyond.has(id) ? 'pause' : directions[onFailure]
}

interface Added {
  readonly step: OwnStep
  readonly side: 'before' | 'after'
  readonly anchor: string
}

function addedSteps(plan: Plan<RecoveryWorld>, extension: Extension): readonly Added[] {
  const ids = new Map(plan.steps.map((step) => [step.id, step]))
  return (['before', 'after'] as const).flatMap((side) =>
    Object.entries(extension[side]).flatMap(([anchor, steps]) => {
      const at = ids.get(anchor)
      if (at === undefined) return []
      // Whoever stands before a step and says nothing begins when that step could have.
      return steps.map((step, index): Added => ({
        side,
        anchor,
        step: side === 'before' && index === 0 && step.needs.length === 0 ? {...step, needs: at.needs} : step,
      }))
    }),
  )
}

function impossible(plan: Plan<RecoveryWorld>, added: readonly Added[]): readonly string[] {
  const builtIn = new Set(plan.steps.map(({id}) => id))
  const own = new Set(added.map(({step}) => step.id))
  const twice = added.flatMap(({step}) => (builtIn.has(step.id) ? [`${step.id} is a step of the recovery itself`] : []))
  const nowhere = added.flatMap(({step}) =>
    step.needs
      .filter((need) => !builtIn.has(need) && !own.has(need))
      .map((need) => `${step.id} needs ${need}, which isn't in this plan`),
  )
  if (twice.length + nowhere.length > 0) return [...twice, ...nowhere]
  const needs = needsOf(plan, added)
  const round = added.flatMap(({step, side, anchor}) =>
    ancestors(step.id, needs).has(step.id) ? [`${step.id} (${side} ${anchor}) would have to wait for itself`] : [],
  )
  const early = added.flatMap(({step}) =>
    referencesIn({does: step.does, undo: step.undo}).flatMap(({reference}) =>
      reference.kind === 'steps' && reference.step !== step.id && !ancestors(step.id, needs).has(reference.step)
        ? [`${step.id} refers to ${reference.step}, which doesn't come before it`]
        : [],
    ),
  )
  return [...round, ...early]
}

function needsOf(plan: Plan<RecoveryWorld>, added: readonly Added[]): ReadonlyMap<string, readonly string[]> {
  const own = added.map(({step}) => [step.id, step.needs] as const)
  const theirs = plan.steps.map(
    (step) =>
      [
        step.id,
        [...step.needs, ...added.flatMap((one) => (one.side === 'before' && one.anchor === step.id ? [one.step.id] : []))],
      ] as const,
  )
  return new Map([...own, ...theirs])
}

/** Everything that comes before a step; itself, when it goes round. */
function ancestors(id: string, needs: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>()
  const walk = (one: string): void => {
    for (const need of needs.get(one) ?? []) {
      if (seen.has(need)) continue
      seen.add(need)
      walk(need)
    }
  }
  walk(id)
  return seen
}

function beyondReturn(plan: Plan<RecoveryWorld>, added: readonly Added[]): ReadonlySet<string> {
  const needs = needsOf(plan, added)
  const points = plan.steps.filter(({pointOfNoReturn}) => pointOfNoReturn === true).map(({id}) => id)
  return new Set(added.filter(({step}) => points.some((point) => ancestors(step.id, needs).has(point))).map(({step}) => step.id))
}

/** A recovery's world has the ports of own steps where it was opened with an extension. */
function inRecovery(step: Step<OwnWorld>): Step<RecoveryWorld> {
  const hasUndo = step.undo !== undefined
  return {
    ...step,
    observe: (world, context) => step.observe(withOwn(world), context),
    start: (world, context) => step.start(withOwn(world), context),
    poll: (world, context) => step.poll(withOwn(world), context),
    ...(hasUndo && {undo: async (world: RecoveryWorld, context: StepContext) => step.undo?.(withOwn(world), context)}),
  }
}

function withOwn(world: RecoveryWorld): OwnWorld {
  if (world.own === undefined) throw new Error("this recovery was opened without the ports of a team's own steps")
  return world as OwnWorld
}

/** As people read it: a step after everything it needs, otherwise as before. */
function inOrder(steps: readonly Step<RecoveryWorld>[]): readonly Step<RecoveryWorld>[] {
  const placed: Step<RecoveryWorld>[] = []
  const done = new Set<string>()
  let left = steps
  while (left.length > 0) {
    const next = left.find(({needs}) => needs.every((need) => done.has(need))) ?? left[0]
    if (next === undefined) break
    placed.push(next)
    done.add(next.id)
    left = left.filter((one) => one !== next)
  }
  return placed
}

const refusal = (extension: Extension, details: readonly string[]): SluiceError =>
  new SluiceError({
    code: 'extension-impossible',
    exitCode: ExitCode.usage,
    details,
    message: `${extension.name} can't extend ${extension.extends} like this; nothing was touched.`,
    suggestions: [`sluice runbook show '${extension.extends}'`],
  })
