import {mkdtempSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {PassThrough} from 'node:stream'
import {describe, expect, test} from 'vitest'
import {aReading, aRun} from '../support/run-events.ts'
import {confirm} from '../../src/ui/confirm.ts'
import type {Question} from '../../src/ui/confirm.ts'
import {doctorText, worst} from '../../src/ui/doctor-text.ts'
import type {Finding} from '../../src/ui/doctor-text.ts'
import {githubAnnotation, githubOutputs, githubSummary, tellGithub} from '../../src/ui/github.ts'
import {historyRow, historyText} from '../../src/ui/history-text.ts'
import {releasePlanText} from '../../src/ui/release-plan-text.ts'
import type {ReleasePlanData} from '../../src/ui/release-plan-text.ts'
import {timelineLines} from '../../src/ui/timeline.ts'
import {timelineRenderer} from '../../src/ui/render-timeline.ts'
import * as runs from './a-release-run.ts'
import {seen} from './a-release-run.ts'

const plan: ReleasePlanData = {
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:role/deployer',
  region: 'eu-west-1',
  service: 'api',
  environment: 'production',
  from: '1.8.2',
  to: '1.9.0',
  digest: 'sha256:ab12cd34ef56ab12cd34ef56',
  steps: [
    {weight: 5, holdMs: 360_000, atMostMs: 720_000},
    {weight: 25, holdMs: 45_000, atMostMs: 960_000},
  ],
  hazards: [],
}

test('a plan without a forecast', () =>
  expect(`\n${releasePlanText(plan)}`).toMatchInlineSnapshot(`
  "
    account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
    where    api · production · eu-west-1
    change   1.8.2 → 1.9.0 (digest sha256:ab12cd34ef56…)
    plan     5 % 6–12 min → 25 % 45 s to 16 min → 100 %
             at least 6 min 45 s of judging; pauses when a step can't tell in time
  "
`))

test('a plan with a forecast and a hazard', () => {
  const forecast = {
    totalMs: 2_400_000,
    requestsPerMinute: 6200,
    finds: [
      {times: 5, withinMs: 360_000},
      {times: 2, withinMs: 840_000},
    ],
    exposes: 9400,
  }
  const hazards = ["slow start 60 s on tg-b: the first 2 minutes of each task aren't judged"]
  expect(`\n${releasePlanText({...plan, forecast, hazards})}`).toMatchInlineSnapshot(`
    "
      account  1111-2222-3333 as arn:aws:iam::111122223333:role/deployer
      where    api · production · eu-west-1
      change   1.8.2 → 1.9.0 (digest sha256:ab12cd34ef56…)
      plan     5 % 6–12 min → 25 % 45 s to 16 min → 100 %
               about 40 min
               finds a regression of 5× in 6 min, 2× in 14 min, at 6,200/min
               exposes at most 9,400 requests to 1.9.0, should it fail
      hazards  ! slow start 60 s on tg-b: the first 2 minutes of each task aren't
                 judged
    "
  `)
})

test('the history of a service', () =>
  expect(
    `\n${historyText([runs.promoted(), runs.rolledBack(), runs.unattended(), runs.paused()].map((run) => historyRow(seen(run))))}`,
  ).toMatchInlineSnapshot(`
    "
    run                     version        outcome                     took  exposed
    r-20261122-183210-ab12  1.8.2 → 1.9.0  promoted                  21m22s    1,812
    r-20261122-183210-ab12  1.8.2 → 1.9.0  rolled-back (verdict)     14m07s    3,091
    r-20261122-183210-ab12  1.8.2 → 1.9.0  rolled-back (unattended)   2m13s        0
    r-20261122-183210-ab12  1.8.2 → 1.9.0  paused                     2m13s    1,812
    "
  `))

test('a history without runs names the first command', () =>
  expect(historyText([])).toBe('no releases yet\n  sluice release IMAGE:TAG\n'))

const findings: readonly Finding[] = [
  {name: 'credentials', state: 'ok', words: 'role deployer, 52 min left (a release needs ~40)'},
  {
    name: 'live rule',
    state: 'fail',
    words: 'changed outside sluice 3 min ago: stable 80 / canary 20, expected 100 / 0',
    fix: ['look: sluice release status'],
    children: [{name: 'listener', state: 'ok', words: '443, default 503'}],
  },
  {name: 'replica', state: 'warn', words: 'one class smaller than the primary'},
]

test('doctor as a tree', () =>
  expect(`\n${doctorText(findings)}`).toMatchInlineSnapshot(`
  "
    ✔ OK   credentials  role deployer, 52 min left (a release needs ~40)
    ✖ FAIL live rule    changed outside sluice 3 min ago: stable 80 / canary 20,
                         expected 100 / 0
                         look: sluice release status
      ✔ OK   listener   443, default 503
    ! WARN replica      one class smaller than the primary

    1 failed, 1 warning, 2 fine
  "
`))
test('doctor with nothing to say about', () => expect(doctorText([findings[0]!])).toContain('all 1 check fine'))
test('the worst finding may be a child', () => expect(worst([{...findings[0]!, children: [findings[1]!]}])).toBe('fail'))

describe('the timeline', () => {
  const told = ({events}: ReturnType<typeof aRun>) =>
    `\n${events.flatMap((_, index) => timelineLines(events, index)).join('\n')}\n`

  test('of a promoted release', () =>
    expect(told(runs.promoted())).toMatchInlineSnapshot(`
      "
        +00m  release  1.8.2 → 1.9.0, 5 % → 25 % → 50 % → 100 % of the requests
              judge    errors and slow >500ms, 1.9.0 against 1.8.2, every minute
        +00m  check    rule, targets, capacity, metrics
        +00m  safety   if we vanish, AWS sends all traffic to 1.8.2 in 10 min
        +01m  tasks    1 of 1 healthy in slot b
        +01m  weight   █░░░░░░░░░░░░░░░░░░░   5 % of the requests go to slot b
        +02m  traffic  observed 5.1 % after 60 s
        +07m  pass     minute 6   errors 0.11 % vs 0.11 % stable, 1,812 requests
        +07m  weight   █████░░░░░░░░░░░░░░░  25 % of the requests go to slot b
        +08m  traffic  observed 25.1 % after 60 s
        +13m  pass     minute 14  errors 0.11 % vs 0.11 % stable, 1,812 requests
        +13m  weight   ██████████░░░░░░░░░░  50 % of the requests go to slot b
        +14m  traffic  observed 50.1 % after 60 s
        +19m  pass     minute 24  errors 0.11 % vs 0.11 % stable, 1,812 requests
        +20m  weight   ████████████████████ 100 % all on slot b
        +21m  traffic  observed 100 %
        +21m  swap     slot b is stable now
        +21m  safety   dead-man's switch off: nothing left to guard
        +21m  PROMOTED 1.9.0 serves everyone; 1.8.2 stays warm for a while
      "
    `))
  test('of a rejected release', () =>
    expect(told(runs.rolledBack())).toMatchInlineSnapshot(`
      "
        +00m  release  1.8.2 → 1.9.0, 5 % → 25 % → 50 % → 100 % of the requests
              judge    errors and slow >500ms, 1.9.0 against 1.8.2, every minute
        +00m  check    rule, targets, capacity, metrics
        +00m  safety   if we vanish, AWS sends all traffic to 1.8.2 in 10 min
        +01m  tasks    1 of 1 healthy in slot b
        +01m  weight   █░░░░░░░░░░░░░░░░░░░   5 % of the requests go to slot b
        +02m  traffic  observed 5.1 % after 60 s
        +07m  pass     minute 6   errors 0.11 % vs 0.11 % stable, 1,812 requests
        +07m  weight   █████░░░░░░░░░░░░░░░  25 % of the requests go to slot b
        +08m  traffic  observed 25.1 % after 60 s
        +12m  FAIL     minute 10  errors 1.10 % vs 0.10 % stable, 3,091 requests
                       34 bad, 28 of them never answered; odds that chance alone did
                       this: under 1 in 6,000 (limit 1 in 200)
        +12m  go back  all traffic to 1.8.2
        +12m  weight   ░░░░░░░░░░░░░░░░░░░░   0 % all on slot a
        +13m  traffic  observed 0 % after 41 s
        +14m  safety   dead-man's switch off: nothing left to guard
        +14m  BACK     all traffic on 1.8.2 again; 1.9.0 was rejected
      "
    `))
  test('fits 80 columns', () => {
    for (const line of [runs.promoted(), runs.rolledBack()].flatMap((run) => told(run).split('\n')))
      expect(Array.from(line).length).toBeLessThanOrEqual(80)
  })

  test('tells a newly judged minute once, before any verdict is journaled', () => {
    const run = aRun().prepared().shifted(5).after(60)
    const written: string[] = []
    const renderer = timelineRenderer((text) => written.push(text))
    const live = (minutes: number) => ({
      step: 'bake-5',
      gates: [aReading({curve: {canary: Array<number>(minutes).fill(0), stable: Array<number>(minutes).fill(0)}})],
    })
    renderer.update(run.events, {}, run.now)
    const before = written.length
    renderer.update(run.events, live(1), run.now)
    renderer.update(run.events, live(1), run.now + 10_000)
    renderer.update(run.events, live(2), run.now + 60_000)
    expect(written.slice(before)).toEqual([
      expect.stringContaining('judging  minute 1'),
      expect.stringContaining('judging  minute 2'),
    ])
  })
})

describe('GitHub Actions', () => {
  test.each([
    ['a promotion is a notice', runs.promoted, '::notice title=api promoted::'],
    ['a rejection is an error', runs.rolledBack, '::error title=api rolled-back::'],
    ['a pause is a warning', runs.paused, '::warning title=api paused::'],
  ] as const)('%s', (_, run, start) => expect(githubAnnotation(seen(run())).startsWith(start)).toBe(true))

  test('a reason cannot end the annotation or start another', () => {
    const run = aRun().put('ended', {outcome: 'failed', because: 'no\n::error::100%'})
    expect(githubAnnotation(seen(run))).toContain('no%0A::error::100%25')
    expect(githubAnnotation(seen(run))).not.toContain('\n')
  })

  test('outputs are one line each', () =>
    expect(githubOutputs(seen(runs.rolledBack()))).toMatchInlineSnapshot(`
    "run=r-20261122-183210-ab12
    outcome=rolled-back
    because=verdict
    gate=errors
    from=1.8.2
    to=1.9.0
    canary-requests=3091
    bad-requests=34
    "
  `))

  test('a reason cannot break the table of the summary', () => {
    const run = aRun().step('preflight', 1, 'a | b <script>')
    expect(githubSummary(seen(run))).toContain('a \\| b &lt;script>')
  })

  test('summary and outputs are appended where the environment says, and a file that cannot be written is only a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-github-'))
    const written: string[] = []
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: join(folder, 'out'),
      GITHUB_STEP_SUMMARY: join(folder, 'no', 'such', 'folder'),
    }
    tellGithub(seen(runs.promoted()), env, (text) => written.push(text))
    expect(readFileSync(env.GITHUB_OUTPUT, 'utf8')).toContain('outcome=promoted\n')
    expect(written.join('')).toMatch(/^::notice .*\n::warning::couldn't write /)
  })
})

test('nobody but GitHub Actions is told in its words', () => {
  const written: string[] = []
  tellGithub(seen(runs.promoted()), {GITHUB_OUTPUT: '/nowhere'}, (text) => written.push(text))
  expect(written).toEqual([])
})

describe('asking', () => {
  const go: Question = {kind: 'yes-no', text: 'go on?'}
  const destroy: Question = {kind: 'type-the-name', text: 'All of shop is deleted.', name: 'shop'}

  function terminals(isTTY: boolean, typed: string | null) {
    const input = Object.assign(new PassThrough(), {isTTY})
    const output = Object.assign(new PassThrough(), {isTTY})
    if (typed === null) input.end()
    else input.write(typed)
    return {input, output}
  }

  test.each<[string, Question, boolean, string | null, string]>([
    ['y is a yes', go, true, 'y\n', 'yes'],
    ['YES is a yes', go, true, 'YES\n', 'yes'],
    ['just Return is a no', go, true, '\n', 'no'],
    ['anything else is a no', go, true, 'yep\n', 'no'],
    ['the end of input is a no', go, true, null, 'no'],
    ['without a terminal nobody is asked', go, false, 'y\n', 'cannot-ask'],
    ['the name typed exactly is a yes', destroy, true, 'shop\n', 'yes'],
    ['y is not the name', destroy, true, 'y\n', 'no'],
    ['another case is not the name', destroy, true, 'Shop\n', 'no'],
  ])('%s', async (_, question, isTTY, typed, answer) => expect(await confirm(question, terminals(isTTY, typed))).toBe(answer))

  test('the question goes to the terminal it was given', async () => {
    const both = terminals(true, 'n\n')
    await confirm(destroy, both)
    expect(String(both.output.read())).toContain('All of shop is deleted. Type shop to go on: ')
  })
})
