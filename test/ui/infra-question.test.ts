import {describe, expect, test} from 'vitest'
import {withoutFlags} from '../../src/use-cases/infra/infra-command.ts'
import {infraQuestion} from '../../src/ui/infra-question.ts'
import {aChange, aPlan, aStack} from './an-infra-plan.ts'

const asked = (...stacks: readonly ReturnType<typeof aStack>[]) => infraQuestion(aPlan({stacks}))
const changed = (change: Parameters<typeof aChange>[0]) =>
  asked(aStack('main@eu-west-1', {kind: 'update', changeSet: 'c', quiet: 0, changes: [aChange(change)]}))

describe('before a change a person is asked', () => {
  test('nothing, when there is nothing to change', () => expect(infraQuestion(aPlan({changes: false}))).toBeNull())
  test('y/N, with the account and the Region, when something is made', () =>
    expect(infraQuestion(aPlan())).toEqual({
      question: {kind: 'yes-no', text: '  go on with shop production in 1111-2222-3333, eu-west-1?'},
      because: [],
    }))
  test.each([
    ['something that holds data is replaced', {dangers: ['replaced', 'stateful']}],
    ['something that holds data may be replaced', {dangers: ['maybe-replaced', 'stateful']}],
    ['something that holds data is removed', {dangers: ['removed', 'stateful']}],
  ] as const)('for the name, when %s', (_, change) =>
    expect(changed(change)).toMatchObject({
      question: {kind: 'type-the-name', name: 'production'},
      because: [expect.stringContaining('Api/LaunchTemplate of main eu-west-1 holds data')],
    }),
  )
  test.each([
    ['something without data is replaced', {dangers: ['replaced']}],
    ['something that holds data is changed in place', {dangers: ['stateful']}],
    ['permissions widen', {dangers: ['widens-permissions']}],
  ] as const)('y/N, when %s', (_, change) => expect(changed(change)?.question.kind).toBe('yes-no'))
  test('for the name, when a stack has to be deleted', () =>
    expect(
      asked(aStack('main@eu-west-1', {kind: 'repair', status: 'ROLLBACK_COMPLETE', how: 'delete-and-create'})),
    ).toMatchObject({
      question: {kind: 'type-the-name'},
      because: ['main eu-west-1 (ROLLBACK_COMPLETE) is deleted and made anew'],
    }))
  test.each(['continue-rollback', 'update-again', 'delete-shell'] as const)('y/N, when the way on is %s', (how) =>
    expect(asked(aStack('main@eu-west-1', {kind: 'repair', status: 'UPDATE_FAILED', how}))?.question.kind).toBe('yes-no'),
  )
})

test.each([
  ['a flag goes with its value', ['--confirm', 'x', '--only', 'home'], ['--only', 'home']],
  ['also when they are joined', ['--confirm=x', 'plan.json'], ['plan.json']],
  ['a switch goes alone', ['--yes', 'plan.json'], ['plan.json']],
])('of a call that is printed again, %s', (_, argv, expected) =>
  expect(withoutFlags(argv, ['--confirm'], ['--yes'])).toEqual(expected),
)
