/**
 * Who uses which port: a runbook whose steps and guards are known by their ids while they run, over a world that notes each use. A
 * table says what each port calls on AWS; whatever a step used and didn't declare comes out.
 */
import {AsyncLocalStorage} from 'node:async_hooks'
import type {Plan, Runbook} from '../../src/runbooks/engine/step.ts'

export interface Uses {
  /** Step or guard → `stacks.describe eu-west-1`. */
  readonly byStep: Map<string, Set<string>>
  readonly present: AsyncLocalStorage<string>
}

export const noUses = (): Uses => ({byStep: new Map(), present: new AsyncLocalStorage()})

export function watchedRunbook<W>(runbook: Runbook<W>, {present}: Uses): Runbook<W> {
  return {
    first: runbook.first,
    plan(name, events): Plan<W> {
      const plan = runbook.plan(name, events)
      return {
        ...plan,
        steps: plan.steps.map((step) => ({
          ...step,
          observe: (world, context) => present.run(step.id, () => step.observe(world, context)),
          start: (world, context) => present.run(step.id, () => step.start(world, context)),
          poll: (world, context) => present.run(step.id, () => step.poll(world, context)),
        })),
        guards: plan.guards.map((guard) => ({
          ...guard,
          check: (world, context) => present.run(guard.id, () => guard.check(world, context)),
        })),
      }
    },
  }
}

/** `regionOf`: in which Region a port is used with these arguments. */
export function watchedWorld<W extends object>(
  world: W,
  {byStep, present}: Uses,
  regionOf: (port: string, args: readonly unknown[]) => string,
): W {
  const wrap = (value: unknown, path: string): unknown => {
    if (typeof value === 'function')
      return (...args: unknown[]): unknown => {
        const step = present.getStore()
        if (step !== undefined) byStep.set(step, (byStep.get(step) ?? new Set()).add(`${path} ${regionOf(path, args)}`))
        return (value as (...args: unknown[]) => unknown)(...args)
      }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, wrap(one, path === '' ? name : `${path}.${name}`)]),
    )
  }
  return wrap(world, '') as W
}

const global = new Set(['iam', 'route53'])

/** `step: action region` for what was used and not declared. A port that the table doesn't know is one too. */
export function undeclaredUses(
  plans: readonly Plan<never>[],
  {byStep}: Uses,
  actionsOf: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const makers = plans.flatMap(({steps, guards}) => [...steps, ...guards])
  return [...byStep]
    .flatMap(([id, uses]) => {
      const declared = makers.filter((maker) => maker.id === id).flatMap(({calls}) => calls)
      return [...uses].flatMap((use) => {
        const [port = '', region = ''] = use.split(' ')
        const actions = actionsOf[port] ?? [`${port} isn't in the table`]
        return actions
          .filter(
            (action) =>
              !declared.some(
                (call) => call.action === action && (call.region === region || global.has(action.split(':')[0] ?? '')),
              ),
          )
          .map((action) => `${id}: ${action} ${region}`)
      })
    })
    .toSorted()
}
