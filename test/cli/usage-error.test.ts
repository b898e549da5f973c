import {describe, expect, it} from 'vitest'
import {inParagraphs} from '../../src/cli/help.ts'
import {usageError} from '../../src/cli/usage-error.ts'

const flags = ['planned', 'unplanned', 'accept-loss', 'config']

describe('words that cannot be read', () => {
  it.each([
    [
      'two flags that exclude each other are told once',
      'The following errors occurred:\n  --planned=true cannot also be provided when using --unplanned\n'
        + '  --unplanned=true cannot also be provided when using --planned\nSee more help with --help',
      '--planned and --unplanned exclude each other.',
    ],
    [
      'a flag that needs another names it',
      'The following error occurred:\n  All of the following must be provided when using --domain: --stack',
      '--domain goes with --stack only.',
    ],
    [
      'a value of the wrong kind stays beside its flag',
      'Parsing --seed \n\tExpected an integer but received: x',
      '--seed: Expected an integer but received: x',
    ],
    [
      'a word that is missing is named, with what it is',
      "Missing 1 required arg:\nname  a runbook of your own, or 'dr drill'\nSee more help with --help",
      "NAME is missing: a runbook of your own, or 'dr drill'",
    ],
    ['what is plain already stays', 'Unexpected argument: foo\nSee more help with --help', 'Unexpected argument: foo'],
  ])('%s', (_what, said, expected) => {
    expect(usageError(said, 'dr promote', flags)).toMatchObject({
      exitCode: 2,
      message: expected,
      suggestions: ['sluice dr promote --help'],
    })
  })

  it('a misspelt flag gets the nearest one, and the help', () => {
    expect(usageError('Nonexistent flag: --unplaned\nSee more help with --help', 'dr promote', flags)).toMatchObject({
      message: 'There is no flag --unplaned.',
      suggestions: ['sluice dr promote --unplanned', 'sluice dr promote --help'],
    })
  })
})

describe('the help', () => {
  it('breaks paragraphs where the terminal ends, and leaves tables alone', () => {
    expect(inParagraphs('One\ntwo.\n\nThree\nfour\n  a  table\n  of   two')).toBe(
      'One two.\n\nThree four\n  a  table\n  of   two',
    )
  })
})
