/** What the dr commands refuse before they reach anything, and what they say of plans alone: in process, through oclif. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Config} from '@oclif/core'
import type {Command} from '@oclif/core'
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from 'vitest'
import DrCheck from '../../src/commands/dr/check.ts'
import DrDrill from '../../src/commands/dr/drill.ts'
import DrPromote from '../../src/commands/dr/promote.ts'
import DrResume from '../../src/commands/dr/resume.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-dr-'))
const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}
const stack = `service: shop
region: eu-west-1
stack:
  api: origin-api.example.com
  site: www.example.com
`
const sluiceYaml = file('sluice.yaml', `${stack}  recovery:\n    region: eu-central-1\n`)
const withRecords = file(
  'records.yaml',
  `${stack}  hostedZone: Z0EXAMPLE0000\n  recovery:\n    region: eu-central-1\n    flip: record\n`,
)
const alone = file('alone.yaml', stack)

let config: Config
beforeAll(async () => {
  config = await Config.load({root: fileURLToPath(new URL('../..', import.meta.url))})
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(directory, {recursive: true}))

interface Ran {
  readonly out: string
  readonly err: string
  readonly exitCode: unknown
}

async function ran(
  command: typeof Command & {run(argv: string[], config: Config): Promise<unknown>},
  id: string,
  ...argv: readonly string[]
): Promise<Ran> {
  const printed = {out: '', err: ''}
  const before = process.exitCode
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed.err += String(text)), true))
  command.id = id
  await command.run([...(argv.includes('--config') ? [] : ['--config', sluiceYaml]), ...argv], config)
  const {exitCode} = process
  process.exitCode = before
  return {...printed, exitCode}
}

describe('what is refused before anything is asked of AWS (exit 2)', () => {
  it.each([
    ["a failover that doesn't say whether it is planned", () => ran(DrPromote, 'dr:promote'), 'Planned or unplanned?'],
    ['one that is both', () => ran(DrPromote, 'dr:promote', '--planned', '--unplanned'), '--planned'],
    [
      'a loss without a unit',
      () => ran(DrPromote, 'dr:promote', '--unplanned', '--accept-loss', '10'),
      "--accept-loss 10 isn't a length of time",
    ],
    [
      'a last answer that is no time',
      () => ran(DrPromote, 'dr:promote', '--unplanned', '--last-answer', 'yesterday'),
      "--last-answer yesterday isn't a time in UTC",
    ],
    [
      'a switchover that accepts a loss: it has none',
      () => ran(DrPromote, 'dr:promote', '--planned', '--accept-loss', '10s'),
      '--accept-loss goes with --unplanned: a planned switchover loses nothing',
    ],
    [
      'one that is told when home last answered',
      () => ran(DrPromote, 'dr:promote', '--planned', '--last-answer=2026-11-22T03:12:20Z'),
      '--last-answer goes with --unplanned',
    ],
    [
      'taking everything back and accepting a loss at once',
      () => ran(DrResume, 'dr:resume', '--withdraw', '--accept-loss', '10s'),
      '--withdraw',
    ],
    [
      'a confirmation of a drill, which moves nobody',
      () => ran(DrDrill, 'dr:drill', '--confirm', 'production'),
      'a drill moves nobody',
    ],
    ['a live drill without the primary', () => ran(DrDrill, 'dr:drill', '--live', '--without-primary'), '--live'],
    [
      'a recovery of a stack that has no recovery Region',
      () => ran(DrPromote, 'dr:promote', '--unplanned', '--config', alone),
      'names no recovery Region',
    ],
  ])('%s', async (_, run, words) => {
    const {err, exitCode} = await run()
    expect(err).toContain(words)
    expect(exitCode).toBe(2)
  })
})

describe('dr check --lint', () => {
  it('is clean where one object sends users over, exit 0', async () => {
    const {out, exitCode} = await ran(DrCheck, 'dr:check', '--lint')
    expect(out).toContain('✔ CLEAN dr promote --unplanned (flip: stop)')
    expect(exitCode).toBe(0)
  })

  it('finds Route 53 and CloudFront where records are written, exit 9', async () => {
    const {out, exitCode} = await ran(DrCheck, 'dr:check', '--lint', '--json', '--config', withRecords)
    const answer = JSON.parse(out) as {
      readonly outcome: string
      readonly plans: readonly {readonly findings: readonly {readonly action: string}[]}[]
    }
    expect(answer.outcome).toBe('found')
    expect(answer.plans[0]?.findings.map(({action}) => action)).toContain('route53:ChangeResourceRecordSets')
    expect(exitCode).toBe(9)
  })
})
