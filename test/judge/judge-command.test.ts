/** The command itself, in process, through oclif: what is printed, and the exit code. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {Config} from '@oclif/core'
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest'
import Judge from '../../src/commands/judge.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-judge-'))
let config: Config
beforeAll(async () => {
  config = await Config.load({root: fileURLToPath(new URL('../..', import.meta.url))})
  Judge.id = 'judge'
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(directory, {recursive: true}))

async function judge(
  content: object | null,
  ...flags: readonly string[]
): Promise<{readonly out: string; readonly err: string; readonly exitCode: unknown}> {
  const file = join(directory, 'counts.json')
  if (content !== null) writeFileSync(file, JSON.stringify(content))
  const printed = {out: '', err: ''}
  const before = process.exitCode
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed.err += String(text)), true))
  await Judge.run([content === null ? join(directory, 'none.json') : file, ...flags], config)
  const {exitCode} = process
  process.exitCode = before
  return {...printed, exitCode}
}

const minutes = (length: number, canary: readonly [number, number]) =>
  Array.from({length}, (_, i) => ({
    at: `2026-01-01T01:0${i}:00Z`,
    errors: {canary, stable: [5700, 6]},
    slow: {canary: [canary[0], 0], stable: [5700, 0]},
  }))
const gates = {errors: {}, slow: {}}

describe('sluice judge', () => {
  test('passes when every gate does, exit 0', async () => {
    const {out, exitCode} = await judge({gates, minutes: minutes(6, [300, 0])}, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      command: 'judge',
      outcome: 'pass',
      gates: {errors: {verdict: 'pass'}, slow: {verdict: 'pass'}},
    })
  })
  test('fails when one gate does, exit 5, with exactly the documented members', async () => {
    const {out, exitCode} = await judge({gates, minutes: minutes(9, [300, 9])}, '--json')
    expect(exitCode).toBe(5)
    const answer = JSON.parse(out) as {readonly outcome: string; readonly gates: Record<string, object>}
    expect(answer).toMatchObject({outcome: 'fail', gates: {errors: {verdict: 'fail'}, slow: {verdict: 'pass'}}})
    expect(Object.keys(answer.gates['errors'] ?? {})).toEqual([
      'verdict',
      'failedAt',
      'logHarm',
      'logWithinBudget',
      'logNoWorse',
      'dispersion',
      'reason',
      'eta',
    ])
  })
  test('asks for data when one gate needs it, exit 8', async () => {
    const {out, exitCode} = await judge({gates: {...gates, slow: {minMinutes: 60}}, minutes: minutes(6, [300, 0])}, '--json')
    expect(exitCode).toBe(8)
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'need-data',
      gates: {errors: {verdict: 'pass'}, slow: {verdict: 'need-data', eta: {minutes: 54}}},
    })
  })
  test('says so in words without --json', async () => {
    const {out, exitCode} = await judge({gates, minutes: minutes(9, [300, 9])})
    expect(exitCode).toBe(5)
    expect(out).toMatch(/^✖ fail after 9 min\n\n {2}errors {2}✖ fail at minute \d: canary 3.00 % /)
  })
  test('refuses bad input with exit 2 and nothing on stdout', async () => {
    const {out, err, exitCode} = await judge({gates, minutes: minutes(2, [300, 301])})
    expect({out, exitCode}).toEqual({out: '', exitCode: 2})
    expect(err).toContain('minutes[1].errors.canary: 301 bad of 300 requests')
  })
  test('answers bad input in JSON, too', async () => {
    const {out, exitCode} = await judge({gates, minutes: minutes(1, [300, 301])}, '--json')
    expect(exitCode).toBe(2)
    expect(JSON.parse(out)).toMatchObject({
      schema: 1,
      command: 'judge',
      error: {code: 'judge-input-invalid', details: ['minutes[0].errors.canary: 301 bad of 300 requests']},
    })
  })
  test("names a file that can't be read, exit 2", async () => {
    const {err, exitCode} = await judge(null)
    expect(exitCode).toBe(2)
    expect(err).toContain("none.json can't be read")
  })
})
