/**
 * Compares the live rule with what this run last wrote, at every tick. A difference is either the dead-man's switch, after its
 * due time, or somebody else; a foreign change is never overwritten.
 */
import type {Guard} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {allOn, canaryPercent} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, RuleReading, Weights} from '../ports.ts'
import {armedMemory, ruleMemory} from '../rule-memory.ts'

/** `home`: in a rollback, all weight on stable is what we want, whoever wrote it. */
export type AlsoOurs = 'nothing' | 'home'

export function drift(input: ReleaseInput, alsoOurs: AlsoOurs): Guard<ReleaseWorld> {
  return {
    id: 'drift',
    calls: call(input, 'elasticloadbalancing:DescribeRules'),
    check: async (world, context) => {
      const memory = ruleMemory(context.events)
      if (memory.ours.length === 0) return {kind: 'ok'}
      const reading = await world.rule.read(context.signal)
      context.show({actual: canaryPercent(input, reading.weights)})
      if (memory.ours.includes(reading.actionsHash)) return {kind: 'ok'}
      const isHome = reading.actionsHash === world.rule.preview(reading, allOn(input.stableSlot)).actionsHash
      if (isHome && alsoOurs === 'home') return {kind: 'ok'}
      const armed = armedMemory(context.events)
      if (isHome && armed !== null && armed.homes.includes(input.stableSlot) && world.awsTime() >= armed.dueAt) {
        return {
          kind: 'switch-plan',
          plan: 'rollback',
          because: "nobody was there: the dead-man's switch sent all weight back to stable",
          cause: 'unattended',
        }
      }
      return {
        kind: 'switch-plan',
        plan: 'halt',
        because: changed(input, reading, memory.readBack?.weights ?? allOn(input.stableSlot)),
        cause: 'foreign',
      }
    },
  }
}

function changed(input: ReleaseInput, reading: RuleReading, expected: Weights): string {
  return (
    `the live rule was changed outside this run: it reads ${reading.words}, `
    + `expected a ${expected.a} / b ${expected.b} (rule ${input.config.rule.split('/').at(-1) ?? ''}); `
    + 'nothing was overwritten'
  )
}
