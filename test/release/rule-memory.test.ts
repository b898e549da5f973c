import {describe, expect, it} from 'vitest'
import type {Event, EventOf} from '../../src/runbooks/engine/event.ts'
import {ruleMemory} from '../../src/runbooks/release/rule-memory.ts'

type Phase = EventOf<'rule-written'>['data']['phase']

/** `before`, as the preflight read it, and then what was written. */
function remembered(...written: readonly (readonly [Phase, string])[]): readonly string[] {
  const base = {at: 0, epoch: 1, writer: 'w1', previousHash: ''}
  const preflight: Event = {
    ...base,
    seq: 0,
    kind: 'step-ended',
    data: {step: 'preflight', how: 'done', facts: {actionsHash: 'before'}},
  }
  const writes = written.map(([phase, actionsHash], index): Event => ({
    ...base,
    seq: index + 1,
    kind: 'rule-written',
    data: {phase, actionsHash, rule: 'arn', weights: {a: 50, b: 50}},
  }))
  return ruleMemory([preflight, ...writes]).ours
}

describe("the rules that may be this run's own", () => {
  it.each([
    ['before any write: the one that was found', [], ['before']],
    ['asked for, not read back: the old one and the new one', [['asked', 'half']], ['before', 'half']],
    [
      'read back: the new one only',
      [
        ['asked', 'half'],
        ['read-back', 'half'],
      ],
      ['half'],
    ],
    [
      'asked for twice, because a call failed: still the old one too',
      [
        ['asked', 'half'],
        ['asked', 'half'],
      ],
      ['before', 'half'],
    ],
    [
      'asked for, then home without a read-back: any of them',
      [
        ['asked', 'half'],
        ['asked', 'home'],
      ],
      ['before', 'half', 'home'],
    ],
  ] as const)('%s', (_, written, ours) => {
    expect(remembered(...written)).toEqual(ours)
  })
})
