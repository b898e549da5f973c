import {execFile} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {describe, expect, it} from 'vitest'
import {nearest} from '../src/nearest.ts'
import {unknownCommand} from '../src/cli/unknown-command.ts'

const ids = [
  'demo',
  'doctor',
  'init',
  'judge',
  'release',
  'release:abort',
  'release:history',
  'release:plan',
  'release:start',
  'release:status',
  'sandbox:down',
  'sandbox:fault',
  'sandbox:up',
]
const suggestions = (...argv: readonly string[]): readonly string[] => unknownCommand(argv, ids)?.suggestions ?? []

describe('what was typed', () => {
  it.each([
    ['nothing', []],
    ['a command', ['doctor']],
    ['a command with flags', ['doctor', '--json']],
    ['a command of a topic', ['release', 'status', 'r-1']],
    ['a command with an argument, beside a topic of its name', ['release', 'shop/api:1.9.0']],
    ['the same with a digest', ['release', 'shop/api@sha256:ab12']],
    ['a bare topic', ['sandbox']],
    ['a topic asking for help', ['sandbox', '--help']],
    ['with colons', ['release:status']],
    ['help', ['--help']],
  ])('goes on with %s', (_, argv) => {
    expect(unknownCommand(argv, ids)).toBeNull()
  })

  it('a word after a command that takes none may be meant for the command of its topic', () => {
    const error = unknownCommand(['demo', 'recovry'], [...ids, 'demo:recovery'], ['demo'])
    expect(error?.suggestions).toEqual(['sluice demo recovery', 'sluice demo --help'])
  })

  it.each([
    ['a misspelt command', ['docotr'], ['sluice doctor']],
    ['a misspelt topic', ['sandbx', 'up'], ['sluice sandbox up']],
    ['a misspelt command of a topic', ['sandbox', 'upp'], ['sluice sandbox up']],
    ['a shortened one', ['rel', 'x:1'], ['sluice release']],
    ['a misspelt one with an argument that has a colon', ['relase', 'shop/api:1.9.0'], ['sluice release']],
  ])('names the nearest for %s', (_, argv, expected) => {
    expect(suggestions(...argv).slice(0, 1)).toEqual(expected)
  })

  it('refuses words after a command that takes none, in one clear error', () => {
    expect(unknownCommand(['release', 'history', 'extra', '--json'], ids, ['release:history'])).toMatchObject({
      exitCode: 2,
      message: 'Unexpected argument: extra',
      suggestions: ['sluice release history --help'],
    })
    expect(unknownCommand(['release', 'history', '--json'], ids, ['release:history'])).toBeNull()
  })

  it("lists a topic's commands when none is near", () => {
    expect(suggestions('sandbox', 'zzzzzz')).toEqual(['sluice sandbox down', 'sluice sandbox fault', 'sluice sandbox up'])
  })

  it('points at the help when nothing is near, and when a flag stands first', () => {
    expect([suggestions('zzzzzz'), suggestions('--frobnicate')]).toEqual([['sluice --help'], ['sluice --help']])
  })
})

describe('the nearest word', () => {
  it.each([
    ['a swap', 'tset', ['test']],
    ['a missing letter', 'tst', ['test']],
    ['another case', 'TEST', ['test']],
    ['nothing far away', 'production', []],
  ])('%s', (_, word, expected) => {
    expect(nearest(word, ['test', 'weight'])).toEqual(expected)
  })
})

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}
const dev = fileURLToPath(new URL('../bin/dev.js', import.meta.url))

function sluice(...argv: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [dev, ...argv], {env: {...process.env, NODE_ENV: 'production'}}, (error, stdout, stderr) => {
      resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr})
    })
  })
}

/** Each starts a process that reads all commands from their sources. */
describe('the process', {timeout: 30_000}, () => {
  it('says its version as oclif does', async () => {
    expect(await sluice('--version')).toEqual({
      code: 0,
      stderr: '',
      stdout: `sluice/0.1.0 ${process.platform}-${process.arch} node-${process.version}\n`,
    })
  })
  it('answers an unknown command in the JSON envelope, exit 2', async () => {
    const {code, stdout, stderr} = await sluice('docotr', '--json')
    expect({code, stderr, json: JSON.parse(stdout) as unknown}).toEqual({
      code: 2,
      stderr: '',
      json: {
        schema: 1,
        command: 'docotr',
        error: {code: 'unknown-command', message: 'There is no command "docotr".', suggestions: ['sluice doctor']},
      },
    })
  })
  it('answers an unknown flag of a command the same way', async () => {
    const {code, stdout} = await sluice('doctor', '--frobnicate', '--json')
    expect({code, json: JSON.parse(stdout) as unknown}).toMatchObject({
      code: 2,
      json: {schema: 1, command: 'doctor', error: {code: 'usage'}},
    })
  })
  it('prints errors for people on stderr only', async () => {
    expect(await sluice('docotr')).toEqual({code: 2, stdout: '', stderr: '✖ There is no command "docotr".\n  sluice doctor\n'})
  })
  it('shows help for help', async () => {
    const {code, stdout} = await sluice('help', 'doctor')
    expect([code, stdout]).toEqual([0, expect.stringContaining('sluice doctor')])
  })
})
