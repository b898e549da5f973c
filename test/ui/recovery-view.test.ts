import {describe, expect, it} from 'vitest'
import {ExitCode} from '../../src/errors.ts'
import {nextCommands, recoverySentence} from '../../src/ui/recovery-words.ts'
import {asking, declared, promoting, RecoveryRun, recovered, run, sevenSeconds, untold} from './a-recovery-run.ts'

const ids = (state: string, view: ReturnType<RecoveryRun['view']>): readonly string[] =>
  view.steps.filter((step) => step.state === state).map(({id}) => id)

describe('a recovery that is under way', () => {
  it('says which steps run at once and which still wait', () => {
    const view = promoting().view()
    expect(ids('running', view)).toEqual(['tasks', 'promote-database'])
    expect(ids('waiting', view)).toEqual(['secret', 'roll', 'warm', 'flip', 'serving', 'backups', 'report'])
  })

  it('forecasts from what is usual, less what has passed: 240 s less 100 for the database, then 120, 5 and 90', () => {
    const view = promoting().view()
    expect(view.left).toEqual(['promote-database', 'roll', 'flip', 'serving'])
    expect(view.forecastMs).toBe(view.elapsedMs + (140 + 120 + 5 + 90) * 1000)
  })

  it('leaves a step that is late on the critical path, though nothing is left of its usual time', () => {
    const view = promoting().after(400).view()
    expect(view.left).toContain('roll')
    expect(view.forecastMs).toBe(view.elapsedMs + (120 + 5 + 90) * 1000)
  })

  it('flags a step beyond its p90, and not before', () => {
    expect(promoting().after(499).view().stuck).not.toContain('promote-database')
    expect(promoting().after(501).view().stuck).toContain('promote-database')
  })

  it('counts recovery time as missed as soon as it is, before anybody is served', () => {
    expect(promoting().after(1500).view().objectives.rto).toBe('unknown')
    expect(promoting().after(1700).view().objectives.rto).toBe('missed')
  })

  it("knows nothing of a loss that nobody has measured: it isn't zero", () => {
    const view = new RecoveryRun().begun('declare').view()
    expect(view.loss).toBeNull()
    expect(view.objectives.rpo).toBe('unknown')
  })

  it("tells a loss that can't be told from one that hasn't been measured", () => {
    expect(new RecoveryRun().begun('approve').shows(untold).view().loss).toMatchObject({ms: null})
  })

  it('is before the point of no return until that step is begun, and past it as soon as it is', () => {
    expect(asking().view().pointOfNoReturn).toEqual({step: 'promote-database', passed: null})
    expect(promoting().view().pointOfNoReturn?.passed).toMatchObject({
      by: 'role/oncall',
      acceptedMs: 10_000,
      acceptedUnknown: false,
    })
  })

  it('names a loss accepted up front where nobody was asked', () => {
    const view = new RecoveryRun({acceptLossMs: 20_000})
      .begun('approve')
      .done('approve', '', {...sevenSeconds, consent: true, accepted: 'at the start', acceptedLossMs: 20_000})
      .begun('promote-database')
      .view()
    expect(view.pointOfNoReturn?.passed).toMatchObject({
      by: 'arn:aws:sts::111122223333:assumed-role/oncall/mira',
      acceptedMs: 20_000,
    })
  })

  it('asks with the measured loss while the question is open, and no longer', () => {
    expect(asking().view().question).toMatchObject({loss: {ms: 7000}, words: sevenSeconds.text})
    expect(promoting().view().question).toBeNull()
  })
})

describe('how it ended', () => {
  it('measures recovery time to the moment users were served, not to the end of the run', () => {
    const view = recovered().view()
    expect(view.rtoMs).toBe(577_000)
    expect(view.elapsedMs).toBe(648_000)
  })

  it("takes AWS's own time of a step for the critical path where the step knows it", () => {
    const view = recovered().view()
    expect(view.criticalPath).toEqual(['declare', 'fence', 'approve', 'promote-database', 'roll', 'flip', 'serving'])
    expect(view.criticalPathMs).toBe((8 + 58 + 32 + 270 + 115 + 4 + 80) * 1000)
  })

  it('keeps a failed step failed when its effect is taken back, and says that it was', () => {
    const view = declared().failed('hosts', 'no capacity').undone('hosts', 'fence').ended('failed', 'no capacity').view()
    expect(ids('failed', view)).toEqual(['hosts'])
    expect(ids('undone', view)).toEqual(['fence'])
    expect(view.steps.filter(({takenBack}) => takenBack).map(({id}) => id)).toEqual(['fence', 'hosts'])
  })

  const pausedBy = (of: RecoveryRun, why: string): RecoveryRun => of.put('asked', {wish: 'pause', by: 'sluice', why})

  it.each([
    ['recovered within both objectives', recovered(), ExitCode.done, `sluice dr report ${run} --html ${run}.html`],
    [
      'recovered, too late',
      new RecoveryRun({settings: {rtoMs: 300_000, rpoMs: 60_000}}).begun('serving').after(400).done('serving').ended('done'),
      ExitCode.objectiveMissed,
      `sluice dr report ${run} --html ${run}.html`,
    ],
    [
      'recovered with a loss above the limit',
      new RecoveryRun()
        .begun('approve')
        .done('approve', '', {...sevenSeconds, lossMs: 61_000})
        .begun('serving')
        .done('serving')
        .ended('done'),
      ExitCode.objectiveMissed,
      `sluice dr report ${run} --html ${run}.html`,
    ],
    [
      'failed, everything taken back',
      declared().failed('hosts', 'no capacity').undone('hosts').ended('failed', 'no capacity'),
      ExitCode.unexpected,
      `sluice dr report ${run} --html ${run}.html`,
    ],
    [
      'paused with the question open',
      pausedBy(asking(), 'nobody answered'),
      ExitCode.confirmation,
      `sluice dr resume ${run} --accept-loss 10s`,
    ],
    [
      'paused by a person before the point of no return',
      declared().put('asked', {wish: 'pause', by: 'mira', why: 'wait'}),
      ExitCode.stillRunning,
      `sluice dr resume ${run}`,
    ],
    [
      'paused after the point of no return',
      pausedBy(promoting(), 'incompatible-network'),
      ExitCode.halted,
      `sluice dr resume ${run}`,
    ],
    ['left by whoever ticked it', promoting(), ExitCode.stillRunning, `sluice dr resume ${run}`],
    ['halted', promoting().ended('halted', 'records were changed'), ExitCode.halted, 'sluice dr status'],
  ])('%s: its exit code, and the command that comes next', (_, of, exitCode, command) => {
    const view = of.view()
    expect(view.exitCode).toBe(exitCode)
    expect(nextCommands(view)[0]).toBe(command)
  })

  it.each([
    [
      'a stay that is settled',
      'settle',
      {kind: 'settle', active: 'eu-central-1', config: {activeRegion: 'eu-west-1'}},
      '. Now set stack.activeRegion to eu-central-1 in sluice.yaml: it still means eu-west-1',
    ],
    [
      'home again after one',
      'failback',
      {kind: 'failback', from: {region: 'eu-central-1'}, to: {region: 'eu-west-1'}, config: {activeRegion: 'eu-central-1'}},
      '. Now set stack.activeRegion to eu-west-1 in sluice.yaml: it still means eu-central-1',
    ],
    [
      'home again after less',
      'failback',
      {kind: 'failback', from: {region: 'eu-central-1'}, to: {region: 'eu-west-1'}, config: {activeRegion: 'eu-west-1'}},
      '',
    ],
  ])('%s says what sluice.yaml has to say from now on', (_, plan, input, words) => {
    const sentence = recoverySentence(new RecoveryRun(input, plan).ended('done').view())
    expect(/\. Now set.*$/.exec(sentence)?.[0] ?? '').toBe(words)
  })

  it('leaves the amount to the next look where nobody has seen it measured', () => {
    const view = new RecoveryRun().begun('approve').waits('approve', 'consent: at most 7 s lost').view()
    expect(nextCommands(view)[0]).toBe(`sluice dr resume ${run}`)
    expect(view.question?.words).toBe('at most 7 s lost')
  })

  it('offers to take everything back before the point of no return, and never after it', () => {
    expect(nextCommands(asking().view())).toContain(`sluice dr resume ${run} --withdraw`)
    expect(nextCommands(promoting().view()).join()).not.toContain('--withdraw')
  })

  it('still says how a failback is agreed to, when it is paused and its journal is all there is', () => {
    const paused = new RecoveryRun({kind: 'failback'}, 'failback')
      .begun('approve')
      .put('asked', {wish: 'pause', by: 'engine', why: 'nobody answered'})
    expect(nextCommands(paused.view())[0]).toBe(`sluice dr resume ${run} --accept-loss 0s`)
  })

  it("asks for an explicit yes to a loss that can't be told", () => {
    const view = new RecoveryRun().begun('approve').waits('approve', `consent: ${untold.text}`).shows(untold).view()
    expect(nextCommands(view)[0]).toBe(`sluice dr resume ${run} --accept-unknown-loss`)
  })

  it("doesn't break on an event 0 of another version", () => {
    const view = new RecoveryRun({place: null, settings: null, from: null, to: null, mode: null, kind: null}).view()
    expect(view.asked).toMatchObject({kind: 'promote', service: '–'})
  })
})
