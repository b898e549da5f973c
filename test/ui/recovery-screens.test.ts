import {describe, expect, it} from 'vitest'
import {lengthOf} from '../../src/ui/styled-line.ts'
import {recoveryFrame} from '../../src/ui/recovery-frame.ts'
import {recoveryGithub} from '../../src/ui/recovery-github.ts'
import {recoveryLog} from '../../src/ui/recovery-log.ts'
import {recoveryOutcomeJson, recoveryOutcomeText} from '../../src/ui/recovery-outcome.ts'
import {recoveryPlanText} from '../../src/ui/recovery-plan-text.ts'
import {recoveryRenderer} from '../../src/ui/recovery-renderer.ts'
import {aPlace, aPromoteInput} from '../support/recovery-bench.ts'
import {asking, declared, promoteSteps, promoting, RecoveryRun, recovered, run} from './a-recovery-run.ts'

const logged = (of: RecoveryRun): string => {
  let text = ''
  const log = recoveryLog((line) => (text += line))
  for (let told = 1; told <= of.events.length; told += 1) log.update(of.events.slice(0, told), of.live, of.events[told - 1]!.at)
  return text
}

describe('the picture on a terminal', () => {
  it('shows the objective beside what has passed, the primary and the loss with its limit', () => {
    const [first, second] = recoveryFrame(asking().view(), 100)
    expect(first).toBe(`dr promote · shop · eu-west-1 → eu-central-1 · unplanned${' '.repeat(27)}RTO 1:36 of 30:00`)
    expect(second).toContain('primary: no answer since 03:12:20Z; unreachable')
    expect(second).toContain('loss if promoted now: 7 s (limit 1 min)')
  })

  it('asks with what is lost and how that is known, whole, and how to say yes', () => {
    const text = recoveryFrame(asking().view(), 80).join(' ').replaceAll(/\s+/g, ' ')
    expect(text).toContain('? Promote? at most 7 s lost (last heartbeat row 03:12:13Z, last answer of the old Region 03:12:20Z).')
    expect(text).toContain('y accepts: then type production.')
  })

  it('has one line about the point of no return: before it that all can be taken back, then when it was passed and by whom', () => {
    expect(recoveryFrame(asking().view(), 80)).toContain(
      'before the point of no return (promote-database): all of it can be taken back',
    )
    expect(recoveryFrame(promoting().view(), 80)).toContain('POINT OF NO RETURN passed 03:14:18Z by role/oncall, accepting 10 s')
  })

  it('flags a step that is slow with the word, and says what is usual', () => {
    const text = recoveryFrame(promoting().after(800).view(), 80).join('\n')
    expect(text).toMatch(/promote-database .* SLOW +15m00s/)
    expect(text).toContain('nearly always done within 10 min: look at it')
  })

  it.each([20, 40, 60, 80, 120])('never is wider than a terminal of %i columns, but for words that are longer', (columns) => {
    for (const of of [
      asking(),
      promoting(),
      recovered(),
      declared().failed('hosts', 'no capacity').ended('failed', 'no capacity'),
    ]) {
      const wide = recoveryFrame(of.view(), columns).filter((line) => lengthOf(line) > columns)
      expect(wide.filter((line) => line.trim().includes(' ') && columns >= 60)).toEqual([])
    }
  })

  it('looks the same with and without colour', () => {
    const view = promoting().view()
    expect(recoveryFrame(view, 80, {color: true}).map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''))).toEqual(
      recoveryFrame(view, 80),
    )
  })
})

describe('the plan before it', () => {
  it.each([60, 80, 120])('fits %i columns', (columns) => {
    const text = recoveryPlanText(aPromoteInput(aPlace()), promoteSteps, {color: false, columns})
    expect(text.split('\n').filter((line) => lengthOf(line) > columns)).toEqual([])
    expect(text).toContain('── point of no return')
  })
})

describe('the log', () => {
  it('begins with the objectives and ends with the end', () => {
    const lines = logged(recovered()).trimEnd().split('\n')
    expect(lines[0]).toBe(
      `03:12:40Z ${run} dr promote shop production, eu-west-1 → eu-central-1, unplanned: 13 steps, objective RTO 30:00 RPO 1:00`,
    )
    expect(lines.at(-1)).toBe('03:23:28Z DONE after 10m48s: every step is done')
  })

  it('prints the commands that answer the question, once', () => {
    const text = logged(asking())
    expect(text.match(/CONSENT NEEDED/g)).toHaveLength(1)
    expect(text).toContain(`sluice dr resume ${run} --accept-loss 10s`)
    expect(text).toContain(`sluice dr resume ${run} --withdraw`)
  })

  it("doesn't ask for a consent that was given at the start, nor before there is anything to consent to", () => {
    expect(logged(declared().begun('approve').after(2).done('approve', 'agreed to at the start', {consent: true}))).not.toContain(
      'CONSENT NEEDED',
    )
    const home = new RecoveryRun({kind: 'failback'}, 'failback')
      .begun('approve')
      .waits('approve', 'consent: users are refused for a few minutes and nothing is lost')
    expect(logged(home)).toContain(
      'CONSENT NEEDED: users are refused for a few minutes and nothing is lost. After it forward is the only way.',
    )
  })

  it("doesn't call slow what waits for a person", () => {
    const steps = promoteSteps.map((step) => (step.id === 'approve' ? {...step, usual: {p50Seconds: 10, p90Seconds: 120}} : step))
    const asked = new RecoveryRun({}, 'promote', steps).begun('approve').waits('approve', 'consent: at most 7 s lost').after(900)
    expect(asked.view().stuck).toEqual([])
    expect(
      new RecoveryRun({}, 'promote', steps).begun('approve').waits('approve', 'eu-west-1 to be silent').after(900).view().stuck,
    ).toEqual(['approve'])
  })

  it('of a run that somebody goes on with says where it stands, once; what happened hours ago is neither told as now nor slow', () => {
    let text = ''
    const log = recoveryLog((line) => (text += line))
    const of = promoting().after(7200)
    log.goOn(of.events, {run}, of.now)
    log.update(of.events, {run}, of.now)
    expect(text.split('\n')).toEqual([
      `05:15:58Z ${run} dr promote shop production, eu-west-1 → eu-central-1, unplanned: going on; begun 2026-11-22 03:12Z, 4 of 13 steps done; on their way: tasks, promote-database`,
      '05:15:58Z POINT OF NO RETURN passed 03:14:18Z by role/oncall, accepting 10 s',
      '',
    ])
    log.update(of.events, {run}, of.now + 601_000)
    expect(text).toContain('promote-database: SLOW')
  })

  it('says the point of no return in one line, once', () => {
    expect(logged(recovered()).match(/POINT OF NO RETURN passed/g)).toHaveLength(1)
  })

  it('breaks a minute of silence with what is under way and how it looks', () => {
    let text = ''
    const log = recoveryLog((line) => (text += line))
    const of = promoting()
    log.update(of.events, {run}, of.now)
    log.update(of.events, {run}, of.now + 59_000)
    expect(text).not.toContain('still at it')
    log.update(of.events, {run}, of.now + 61_000)
    expect(text).toContain('still at it: tasks 1m41s, promote-database 2m41s (available, not yet modifying); forecast')
  })

  it('is what a pipe gets: no escape codes', () => {
    let text = ''
    const shown = recoveryRenderer({kind: 'lines', github: false}, {write: (part) => (text += part)}, () => 0)
    shown.update(promoting().events, {run}, promoting().now)
    shown.close()
    expect(text).not.toContain('\u001b')
    expect(text).toContain('fence: unreachable')
  })
})

describe('the last words', () => {
  it('put both objectives beside what was achieved', () => {
    const text = recoveryOutcomeText(recovered().view())
    expect(text).toMatch(/RTO +9:37 +objective 30:00 +met/)
    expect(text).toMatch(/RPO +7 s +objective 1:00 +met/)
    expect(text).toContain('last answer from eu-west-1: 03:12:20Z')
  })

  it('of what failed say what was taken back, and no objective', () => {
    const text = recoveryOutcomeText(
      declared().failed('hosts', 'no capacity').undone('hosts', 'fence').ended('failed', 'no capacity').view(),
      {columns: 200},
    )
    expect(text).toContain('Everything was taken back (fence, hosts).')
    expect(text).not.toContain('objective')
  })

  it('of a run without hosts begin with what brings them, in the terminal and in JSON, until they came', () => {
    const command = 'aws ec2 create-capacity-reservation --region eu-central-1'
    const launches = {because: 'no m7g.large to be had in eu-central-1a', commands: [command]}
    const late = declared().waits('hosts', '9 of 12 hosts registered; no m7g.large', {launches})
    expect(recoveryOutcomeJson(late.view())).toMatchObject({launches})
    const failed = declared().waits('hosts', 'no m7g.large', {launches}).failed('hosts', 'no m7g.large').undone('hosts')
    const view = failed.ended('failed', 'no m7g.large').view()
    expect(recoveryOutcomeText(view, {columns: 200})).toMatch(
      /what brings hosts, what happened, and how it stands:\n +aws ec2 create-capacity-reservation --region eu-central-1\n/,
    )
    expect(recoveryOutcomeJson(view)).toMatchObject({next: [command, expect.stringContaining('dr report'), 'sluice dr status']})
    expect(recoveryOutcomeJson(late.done('hosts', '12 registered').view())).not.toHaveProperty('launches')
  })

  it('in JSON are in seconds and ISO times, with the commands to run next', () => {
    expect(recoveryOutcomeJson(recovered().view())).toMatchObject({
      run,
      kind: 'promote',
      mode: 'unplanned',
      rtoSeconds: 577,
      rtoObjectiveSeconds: 1800,
      measuredLossSeconds: 7,
      rpoObjectiveSeconds: 60,
      criticalPathSeconds: 567,
      fence: 'unreachable',
      objectives: {rto: 'met', rpo: 'met'},
      pointOfNoReturn: {step: 'promote-database', at: '2026-11-22T03:14:18Z', by: 'role/oncall', acceptedLossSeconds: 10},
      next: [`sluice dr report ${run} --html ${run}.html`, 'sluice dr status', 'sluice dr failback --confirm production'],
    })
  })

  it('in JSON have no recovery time before anybody is served', () => {
    expect(recoveryOutcomeJson(promoting().view())).toMatchObject({rtoSeconds: null, endedAt: null})
  })
})

describe('on GitHub', () => {
  it('an annotation, a summary and outputs, with nothing of theirs that breaks a table', () => {
    const view = declared().failed('hosts', 'pipe | and <b>').ended('failed', 'pipe | and\nline').view()
    const {annotation, summary, outputs} = recoveryGithub(view)
    expect(annotation).toMatch(/^::error title=dr promote shop failed::/)
    expect(summary).toContain('pipe \\| and &lt;b>')
    expect(outputs).toContain('because=pipe | and line\n')
  })
})
