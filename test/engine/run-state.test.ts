import {expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {runState} from '../../src/runbooks/engine/run-state.ts'

const written = {epoch: 1, writer: 'w1', previousHash: ''}
const begun: readonly Event[] = [
  {...written, seq: 0, at: 0, kind: 'planned', data: {plan: 'release', planHash: 'x', steps: []}},
  {...written, seq: 1, at: 0, kind: 'step-started', data: {step: 'arm'}},
]

it.each<readonly [string, Event]>([
  [
    'a runner that takes the run over',
    {
      ...written,
      seq: 2,
      at: minutes(9),
      epoch: 2,
      kind: 'lease-taken',
      data: {owner: 'w2', host: 'elsewhere', expiresAt: minutes(12)},
    },
  ],
  [
    'a person who resumes it',
    {...written, seq: 2, at: minutes(9), kind: 'asked', data: {wish: 'resume', by: 'ann', why: 'back'}},
  ],
])('deadlines count anew from %s', (_, event) => {
  expect(runState([...begun, event]).resumedAt).toBe(minutes(9))
})
