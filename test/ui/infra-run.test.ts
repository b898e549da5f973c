import {describe, expect, test} from 'vitest'
import {infraFrame} from '../../src/ui/infra-frame.ts'
import {infraLog} from '../../src/ui/infra-log.ts'
import {sinceWords} from '../../src/ui/infra-note.ts'
import {infraOutcomeJson, infraOutcomeText} from '../../src/ui/infra-outcome.ts'
import {infraRenderer} from '../../src/ui/infra-renderer.ts'
import {creating, doneRun, failedRun, failing, InfraRun, seen, waitingForRecords} from './an-infra-run.ts'

const picture = (run: InfraRun, columns = 80): string => `\n${infraFrame(seen(run), columns).join('\n')}\n`

describe('the picture', () => {
  test('of stacks being made', () =>
    expect(picture(creating())).toMatchInlineSnapshot(`
    "
    infra up · shop · production                          run r-20261122-183210-ab12
    account 1111-2222-3333 as deployer

      ✔ ground                22 uploaded                                done  0m03s
      ✔ foundation eu-west-1  24 resources                               done  0m21s
      ▶ certificate us-east-1 being made                              running  4m31s
      ▶ main eu-west-1        152 of 213 resources                    running  4m10s
                              Cache/Group           3m58s of usually ~12 min
                              Database/Instance     4m10s of usually ~10 min
                              Network/Nat/GatewayA  0m20s of usually ~2 min
                              and 1 more
      · replica eu-central-1  waits for main eu-west-1
      · slots eu-west-1       waits for main eu-west-1

      longest way: main eu-west-1 → replica eu-central-1, about 19 min more
      Ctrl-C leaves; AWS goes on                                forecast done 18:55Z
    "
  `))
  test('at 60 columns', () =>
    expect(picture(creating(), 60)).toMatchInlineSnapshot(`
    "
    infra up · shop · production      run r-20261122-183210-ab12
    account 1111-2222-3333 as deployer

      ✔ ground                22 uploaded                   done
      ✔ foundation eu-west-1  24 resources                  done
      ▶ certificate us-east-1 being made                 running
      ▶ main eu-west-1        152 of 213 resources       running
          Cache/Group           3m58s of usually ~12 min
          Database/Instance     4m10s of usually ~10 min
          Network/Nat/GatewayA  0m20s of usually ~2 min
          and 1 more
      · replica eu-central-1  waits for main eu-west-1
      · slots eu-west-1       waits for main eu-west-1

      longest way: main eu-west-1 → replica eu-central-1, about
        19 min more
      Ctrl-C leaves; AWS goes on            forecast done 18:55Z
    "
  `))
  test('of a certificate that waits for somebody', () =>
    expect(picture(waitingForRecords())).toMatchInlineSnapshot(`
    "
    infra up · shop · production                          run r-20261122-183210-ab12
    account 1111-2222-3333 as deployer

      ✔ ground                22 uploaded                                done  0m03s
      ✔ foundation eu-west-1  24 resources                               done  0m21s
      ▶ certificate us-east-1 0 of 3 resources                        running  4m31s
      ▶ main eu-west-1        152 of 213 resources                    running  4m10s
                              Cache/Group           3m58s of usually ~12 min
                              Database/Instance     4m10s of usually ~10 min
                              Network/Nat/GatewayA  0m20s of usually ~2 min
                              and 1 more
      · replica eu-central-1  waits for main eu-west-1
      · slots eu-west-1       waits for main eu-west-1

      ! the certificate waits for records that only you can make, where the zone is:
        _3f1c0e4b5a69788796a5b4c3d2e1f001.www.example.com.  CNAME
          _7b2d9e8f0a1b2c3d4e5f60718293a4b5.abcdefghij.acm-validations.aws.

      longest way: main eu-west-1 → replica eu-central-1, about 19 min more
      Ctrl-C leaves; AWS goes on                                forecast done 18:55Z
    "
  `))
  test('of a failure in a stack that goes on: it is told at once', () => {
    const run = failing()
    const lines = infraFrame(seen(run), 80)
    const at = lines.findIndex((line) => line.includes('✖ Backup/Vault failed'))
    expect(lines.slice(at, at + 3)).toEqual([
      '      ✖ Backup/Vault failed: Backup vault shop-production already exists',
      '      the stack fails when the rest has settled',
      '  · replica eu-central-1  waits for main eu-west-1',
    ])
    expect(infraFrame(seen(run), 80, {color: true})[at]).toMatch(/\u001B\[31m.*✖ Backup\/Vault failed/)
  })
  test('of a failure', () =>
    expect(picture(failedRun())).toMatchInlineSnapshot(`
    "
    infra up · shop · production                          run r-20261122-183210-ab12
    account 1111-2222-3333 as deployer

      ✔ ground                22 uploaded                                done  0m03s
      ✔ foundation eu-west-1  24 resources                               done  0m21s
      ■ certificate us-east-1 left; what AWS began goes on            stopped  4m31s
      ✖ main eu-west-1                                                 failed  4m10s
          Database/Instance (AWS::RDS::DBInstance): Your request for DBInstance was
          refused because there are no db.m7g.large left
      · replica eu-central-1  not begun
      · slots eu-west-1       not begun

      ✖ FAILED after 4m34s
    "
  `))
  test('of the end', () =>
    expect(picture(doneRun())).toMatchInlineSnapshot(`
    "
    infra up · shop · production                          run r-20261122-183210-ab12
    account 1111-2222-3333 as deployer

      ✔ ground                22 uploaded                                done  0m03s
      ✔ foundation eu-west-1  24 resources                               done  0m21s
      ✔ certificate us-east-1 done                                       done 12m51s
      ✔ main eu-west-1        213 resources                              done 12m40s
      ✔ replica eu-central-1  done                                       done  0m10s
      ✔ slots eu-west-1       done                                       done  0m10s

      ✔ DONE after 13m24s
    "
  `))
  test.each([120, 80, 60, 40, 20])('only what is to be copied is longer than %d columns', (columns) => {
    const lines = [creating(), waitingForRecords(), failedRun(), doneRun()].flatMap((run) => infraFrame(seen(run), columns))
    expect(lines.filter((line) => Array.from(line).length > columns && /\S \S/.test(line.trim()))).toEqual([])
  })
  test('colour moves no column', () => {
    const plain = infraFrame(seen(waitingForRecords()), 80)
    const colored = infraFrame(seen(waitingForRecords()), 80, {color: true})
    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(plain)
    expect(colored.join('')).toContain('\u001b[')
  })
})

describe('the view', () => {
  test('a stack that needs another one names it', () =>
    expect(seen(creating()).lines.find(({label}) => label === 'replica eu-central-1')?.needs).toEqual(['main eu-west-1']))
  test('a stack between its two passes waits for what the second one needs', () => {
    const run = creating().done('create-main@eu-west-1')
    expect(seen(run).lines.find(({label}) => label === 'main eu-west-1')).toMatchObject({
      state: 'running',
      doing: [],
      needs: ['certificate us-east-1'],
    })
  })
  test('what a first pass showed is over when the second one begins', () => {
    const line = (run: InfraRun) => seen(run).lines.find(({label}) => label === 'main eu-west-1')?.progress
    expect(line(creating())).toMatchObject({done: 152})
    expect(line(creating().done('create-main@eu-west-1'))).toBeNull()
    expect(line(creating().done('create-main@eu-west-1').begun('update-main@eu-west-1'))).toBeNull()
  })
  test.each([
    ['a usual time is said to the minute', 595, '1m04s of usually ~10 min'],
    ['a short one to the second', 18, '1m04s of usually ~18 s'],
    ['one that is long past is said so', 30, '1m04s of usually ~30 s, which is long'],
    ['an unknown one is left out', 0, '1m04s'],
  ])('%s', (_, usualSeconds, expected) =>
    expect(sinceWords({path: 'Cache', type: '', since: 0, usualSeconds}, 64_000)).toBe(expected),
  )
  test('the forecast is what is usually left of the longest way', () => {
    const view = seen(creating())
    // 250 of the main stack's 760 s have passed, and the replica's 600 s come after it.
    expect((view.forecastEnd ?? 0) - view.now).toBe((760 - 250 + 600) * 1000)
  })
  test('a stack that is late moves the forecast, and never into the past', () => {
    const view = seen(creating(), 4000)
    expect((view.forecastEnd ?? 0) - view.now).toBe(600_000)
  })
  test('a run that ended leaves nothing running', () =>
    expect(seen(failedRun()).lines.filter(({state}) => state === 'running')).toEqual([]))
  test('the first failure in time is the failure', () => {
    const run = creating().failed('create-certificate@us-east-1', 'first').after(1).failed('create-main@eu-west-1', 'second')
    expect(seen(run).failure).toMatchObject({stack: 'certificate@us-east-1', because: 'first'})
  })
  test('an event 0 that says nothing leaves gaps and nothing worse', () => {
    const run = new InfraRun({} as never)
    expect(seen(run).input).toMatchObject({service: '–', stacks: 0})
  })
})

describe('the log', () => {
  const told = (run: InfraRun, minutesLater = 0): string => {
    const written: string[] = []
    const log = infraLog((text) => written.push(text))
    log.update(run.events, run.live, run.now)
    for (let minute = 1; minute <= minutesLater; minute += 1) log.update(run.events, run.live, run.now + minute * 60_000)
    return `\n${written.join('')}`
  }

  test('says each change of state once, then a heartbeat a minute', () =>
    expect(told(creating(), 1)).toMatchInlineSnapshot(`
    "
    18:32:10Z r-20261122-183210-ab12 infra up shop production: 6 stacks, 439 resources to create, about 23 min, 8 steps
    18:32:13Z ground, service-linked roles: 6 of 6 there
    18:32:13Z templates in the state bucket of eu-west-1: 22 uploaded
    18:32:13Z foundation eu-west-1: being made
    18:32:13Z certificate us-east-1: being made
    18:32:34Z foundation eu-west-1: there, 24 resources
    18:32:34Z main eu-west-1: being made
    18:36:44Z certificate us-east-1: being made, 4m31s so far
    18:36:44Z main eu-west-1: 152 of 213 resources; Cache/Group 3m58s of usually ~12 min, 4m10s so far
    18:37:44Z certificate us-east-1: being made, 5m31s so far
    18:37:44Z main eu-west-1: 152 of 213 resources; Cache/Group 4m58s of usually ~12 min, 5m10s so far
    "
  `))
  test('says the records that are to be made by hand once', () =>
    expect(
      told(waitingForRecords(), 2).match(/certificate waits for this record, made by hand: _3f1c\S+ CNAME _7b2d\S+/g),
    ).toHaveLength(1))
  test('says the failure and the end', () =>
    expect(told(failedRun(), 3).split('\n').slice(-4)).toEqual([
      '18:36:44Z main eu-west-1: FAILED: Database/Instance (AWS::RDS::DBInstance): Your request for DBInstance was refused because there are no db.m7g.large left',
      '18:36:44Z FAILED after 4m34s: main eu-west-1 failed',
      '18:36:44Z main eu-west-1: scaling activity: Failed, no capacity',
      '',
    ]))
  test('never has an escape code', () =>
    expect(told(creating().put('step-observed', {step: 'slot-a@eu-west-1', waitsFor: 'a\u001b[2Jb'}))).not.toContain('\u001b'))
})

describe('the last words', () => {
  const words = (run: InfraRun): string => `\n${infraOutcomeText(seen(run), {goOn: 'sluice infra up'})}`
  test('of a failure name the root cause, its evidence and the way on', () =>
    expect(words(failedRun())).toMatchInlineSnapshot(`
    "
    ✖ infra up of shop production failed after 4m34s. What was made is left as it
      is; what AWS is still doing goes on.

      main eu-west-1: Database/Instance (AWS::RDS::DBInstance): Your request for
        DBInstance was refused because there are no db.m7g.large left
        CREATE_FAILED  shop-production
        │ scaling activity: Failed, no capacity

      go on when it is mended, or look:
        sluice infra up
        sluice infra status
    "
  `))
  test('of a run that nobody follows any more', () =>
    expect(words(creating())).toMatchInlineSnapshot(`
    "
    ▶ infra up of shop production is on its way; nobody follows it here any more.
      AWS goes on with what it began, and nothing new is started.
      go on, or look:
        sluice infra up
        sluice infra status
    "
  `))
  test('of the end', () =>
    expect(infraOutcomeText(seen(doneRun()), {goOn: 'sluice infra up'})).toBe(
      '✔ infra up of shop production done after 13m24s\n',
    ))
  test('as JSON hold the same', () =>
    expect(infraOutcomeJson(seen(failedRun()))).toMatchObject({
      run: 'r-20261122-183210-ab12',
      durationSeconds: 274,
      resources: {done: 176, total: 244},
      criticalPathSeconds: 1381,
      failure: {line: 'main eu-west-1'},
      rootCause: {path: 'Database/Instance', evidence: ['scaling activity: Failed, no capacity']},
    }))
})

test('the renderer keeps what several steps show at once', () => {
  const written: string[] = []
  const run = creating()
  const shown = infraRenderer(
    {kind: 'tty', color: false},
    {columns: 80, rows: 40, write: (text) => written.push(text)},
    () => run.now,
  )
  for (const [step, progress] of waitingForRecords().live.progress) shown.shown(step, progress)
  shown.update(run.events, {run: 'r-1'}, run.now)
  shown.close()
  expect(written.join('')).toMatch(/152 of 213[^]*acm-validations/)
})

test("the log tells a failure in a stack that goes on once, and the stack's own end after it", () => {
  const written: string[] = []
  const log = infraLog((text) => written.push(text))
  const run = failing()
  log.update(run.events, run.live, run.now)
  log.update(run.events, run.live, run.now + 5000)
  const told = written.filter((line) => line.includes('Vault'))
  expect(told).toEqual([
    '18:36:44Z main eu-west-1: Backup/Vault FAILED: Backup vault shop-production already exists; the stack fails when the rest has settled\n',
  ])
  run
    .after(300)
    .failed(
      'create-main@eu-west-1',
      'main@eu-west-1: Backup/Vault (AWS::Backup::BackupVault): Backup vault shop-production already exists',
    )
  log.update(run.events, run.live, run.now)
  expect(written.filter((line) => line.includes('Vault')).length).toBe(2)
})
