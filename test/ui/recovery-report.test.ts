import {createHash} from 'node:crypto'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {chainOf as chainOfTexts} from '../../src/runbooks/recovery/read-evidence.ts'
import type {Chain, Evidence} from '../../src/runbooks/recovery/read-evidence.ts'
import {html} from '../../src/ui/html.ts'
import type {RecoveryRow} from '../../src/ui/recovery-history.ts'
import {recoveryHistoryText, recoveryRow} from '../../src/ui/recovery-history.ts'
import {recoveryReportHtml} from '../../src/ui/recovery-report-html.ts'
import {recoveryReport, recoveryReportJson} from '../../src/ui/recovery-report.ts'
import {asking, declared, recovered, RecoveryRun, start} from './a-recovery-run.ts'

/** With hashes as a journal writes them. */
function chained(events: readonly Event[]): readonly Event[] {
  const out: Event[] = []
  let previousHash = '0'.repeat(64)
  for (const event of events) {
    const next = {...event, previousHash}
    out.push(next)
    previousHash = createHash('sha256').update(JSON.stringify(next)).digest('hex')
  }
  return out
}

const chainOf = (events: readonly Event[]): Chain => chainOfTexts(events.map((event) => JSON.stringify(event)))
const evidenceOf = (events: readonly Event[]): Evidence => ({events, chain: chainOf(events)})

const reportOf = (of: RecoveryRun, history: readonly RecoveryRow[] = []) =>
  recoveryReport(
    of.view(),
    evidenceOf(chained(of.events)),
    [{step: 'fence', calls: [{action: 'ecs:UpdateService', region: 'eu-west-1'}]}],
    history,
  )
const drill = (days: number, durationMs: number): RecoveryRow => ({
  ...recoveryRow(recovered().view()),
  run: `r-${days}`,
  kind: 'drill',
  mode: null,
  rtoMs: null,
  durationMs,
  startedAt: start - days * 86_400_000,
  residue: 0,
})

describe('the chain of a journal', () => {
  it('is intact when every event carries the hash of the one before', () => {
    const events = chained(recovered().events)
    expect(chainOf(events)).toMatchObject({intact: true, brokenAt: null, events: events.length})
  })

  it('is broken where an event was changed, by the one that follows it', () => {
    const events = chained(recovered().events).map((event) => (event.seq === 4 ? {...event, at: event.at + 1} : event))
    expect(chainOf(events)).toMatchObject({intact: false, brokenAt: 5})
  })

  it('is broken where an event is missing', () => {
    expect(chainOf(chained(recovered().events).filter(({seq}) => seq !== 3))).toMatchObject({intact: false, brokenAt: 3})
  })
})

describe('the report in JSON', () => {
  it('holds objectives, approvals, probes, plan hash, chain, calls and the trend', () => {
    expect(recoveryReportJson(reportOf(recovered(), [drill(90, 900_000)]))).toMatchObject({
      rtoSeconds: 577,
      planHash: 'ab12cd34ef567890',
      chain: {intact: true},
      approvals: [
        {wish: 'begin', why: "the environment's name was given"},
        {wish: 'promote', by: 'role/oncall', accepts: {lossMs: 10_000}},
      ],
      owners: [{owner: 'mira', host: 'laptop', epoch: 1}],
      calls: [{step: 'fence'}],
      trend: [{kind: 'drill', durationSeconds: 900, residue: 0}],
    })
  })
})

describe('the report in HTML', () => {
  it('stands alone: no script, no request', () => {
    const page = recoveryReportHtml(reportOf(recovered(), [drill(90, 900_000)]))
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import/)
    expect(page.startsWith('<!doctype html>')).toBe(true)
  })

  it('has the timeline against the budget, the way, the point of no return and the moment of service', () => {
    const page = recoveryReportHtml(reportOf(recovered()))
    for (const words of [
      'objective 30:00',
      'served 9:37',
      '◆ promote-database',
      'POINT OF NO RETURN passed 03:14:18Z by role/oncall, accepting 10 s',
    ])
      expect(page).toContain(words)
  })

  it('names who consented at the start, where nobody had to be asked later', () => {
    const page = recoveryReportHtml(
      reportOf(new RecoveryRun({mode: 'planned', by: 'arn:aws:iam::1:role/oncall'}).begun('declare')),
    )
    expect(page).toContain('name was given')
    expect(page).not.toContain('nobody was asked')
  })

  it('claims no consent of a drill, which moves nobody', () => {
    const page = recoveryReportHtml(reportOf(new RecoveryRun({kind: 'drill'}, 'drill').begun('declare')))
    expect(page).not.toContain('name was given')
  })

  it('escapes whatever AWS, a person or an image wrote', () => {
    const nasty = '<script>alert("x")</script>\u001b[31m'
    const of = declared()
      .put('asked', {wish: 'pause', by: nasty, why: nasty})
      .done('hosts', nasty, {answer: nasty})
      .ended('failed', nasty)
    const page = recoveryReportHtml(reportOf(of))
    expect(page).not.toContain('<script')
    expect(page).not.toContain('\u001b')
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
  })

  it('says that the chain is broken, and where', () => {
    const of = recovered()
    const broken = recoveryReport(of.view(), evidenceOf(chained(of.events).filter(({seq}) => seq !== 3)), null, [])
    expect(recoveryReportHtml(broken)).toContain('broken at event 3')
  })

  it('shows readiness as it was found before, priced', () => {
    const run = recovered()
    const first = run.events[0]!
    const readiness = {
      schema: 1,
      score: 71,
      findings: [{id: 'class', title: 'class', level: 'warn', text: 'one class smaller', rtoMinutes: 12}],
    }
    const events = [
      {...first, data: {...first.data, input: {...(first.data as {readonly input: object}).input, readiness}}} as Event,
      ...run.events.slice(1),
    ]
    run.events.splice(0, run.events.length, ...events)
    const page = recoveryReportHtml(reportOf(run))
    expect(page).toContain('Readiness before: 71 of 100')
    expect(page).toContain('+12 min')
  })

  it("is written of a run that isn't over too", () => {
    expect(recoveryReportHtml(reportOf(asking()))).toContain('not ended')
  })
})

describe('HTML as a value', () => {
  it('escapes text, keeps HTML made by it, and joins lists of it', () => {
    expect(html`<p title="${'"'}">${'<'}${html`<b>${1}</b>`}${[html`<i></i>`, html`<u></u>`]}</p>`.markup).toBe(
      '<p title="&quot;">&lt;<b>1</b><i></i><u></u></p>',
    )
  })
})

describe('the history', () => {
  it('is a table with what was achieved, and how drills went over time', () => {
    const text = recoveryHistoryText([recoveryRow(recovered().view()), drill(1, 900_000), drill(90, 1_400_000)], 120)
    expect(text).toMatch(/unplanned +done +10:48 +9:37 +7 s/)
    expect(text).toContain('23:20 → 15:00, 2 since 2026-08-24')
  })

  it('says a missed objective with the word', () => {
    expect(recoveryHistoryText([{...recoveryRow(recovered().view()), rtoMs: 1_900_000}])).toContain('31:40 MISSED')
  })

  it('without any run names the command that makes one', () => {
    expect(recoveryHistoryText([])).toContain('sluice dr drill')
  })
})
