import {expect, test} from 'vitest'
import {stack} from '../../../src/runbooks/doctor/checks/stack.ts'

test('what stops infra up fails doctor, what warns there warns here, each with what to do', () => {
  expect(
    stack([
      {id: 'domain', level: 'stops', text: 'not ours', suggestions: ['name the zone']},
      {id: 'quotas', level: 'warns', text: 'little room', suggestions: ['ask for more']},
    ]),
  ).toMatchObject({
    name: 'stack',
    state: 'fail',
    children: [
      {name: 'domain', state: 'fail', words: 'not ours', fix: ['name the zone']},
      {name: 'quotas', state: 'warn', words: 'little room', fix: ['ask for more']},
    ],
  })
})

test('a stack that nothing stops is fine', () => {
  expect(stack([{id: 'account', level: 'ok', text: 'allowed', suggestions: []}])).toMatchObject({name: 'stack', state: 'ok'})
})
