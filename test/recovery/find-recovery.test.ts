/** Recoveries are found among all journals; one that was changed hides no other, and is reported on as what it is. */
import {describe, expect, it} from 'vitest'
import {eventKey} from '../../src/runbooks/engine/journal.ts'
import type {Store} from '../../src/runbooks/engine/store.ts'
import {listRecoveries, recoveryRuns} from '../../src/runbooks/recovery/find-recovery.ts'
import {reportOf} from '../../src/use-cases/recovery/recovery-report-of.ts'
import {recoveryHistoryText} from '../../src/ui/recovery-history.ts'
import {recoveryReportHtml} from '../../src/ui/recovery-report-html.ts'
import {aPromoteInput} from '../support/recovery-bench.ts'
import {aRecovery, begin} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'

/** Two failovers that were done, one after the other, in one state. */
async function twoRuns() {
  const fake = aRecovery()
  fake.kill(fake.place.home)
  const older = await begin(fake, aPromoteInput(fake.place))
  const store = fake.stores[fake.place.recovery]!
  const desk = aDesk(store, fake.clock, 'auditor')
  // The same journal under a later name: what is looked at is the reading.
  const newer = `r-29991231-000000-zzzz`
  for (const key of await store.list(`runs/${older.run}/`))
    await store.create(key.replace(older.run, newer), (await store.get(key))!.body)
  return {fake, store, desk, older: older.run, newer, now: fake.clock.now()}
}

async function change(store: Store, key: string, to: (body: string) => string): Promise<void> {
  const {body, etag} = (await store.get(key))!
  await store.replace(key, to(body), etag)
}

describe('a journal that was changed', () => {
  it('is named in the history, and hides none of the others', async () => {
    const {store, desk, fake, older, newer} = await twoRuns()
    await change(store, eventKey(newer, 4), (body) => body.replace('"epoch":1', '"epoch":7'))
    expect((await recoveryRuns(desk, fake.place)).map(({run}) => run)).toEqual([older])
    const [first, second] = await listRecoveries(desk, fake.place)
    expect(first).toMatchObject({
      kind: 'broken',
      broken: {run: newer, because: `The journal of ${newer} can't be trusted: event 5 doesn't follow from the event before.`},
    })
    expect(second).toMatchObject({kind: 'whole', found: {run: older}})
    expect(recoveryHistoryText([], 80, [{run: newer, because: 'It is broken.'}])).toBe(
      `It is broken.\n  sluice dr report ${newer}\n`,
    )
  })

  it('is what a report of the newest run is about, and the page says so before anything else', async () => {
    const {store, desk, fake, newer, now} = await twoRuns()
    await change(store, eventKey(newer, 4), (body) => body.replace('"epoch":1', '"epoch":7'))
    const made = await reportOf(desk, fake.place, undefined, now)
    expect(made?.report.chain).toMatchObject({intact: false, brokenAt: 5})
    const page = recoveryReportHtml(made!.report)
    expect(page.indexOf('broken at event 5')).toBeLessThan(page.indexOf('<h1>'))
    expect(page.indexOf('broken at event 5')).toBeGreaterThan(0)
  })

  it('is seen to be one when only its text was changed, and not what it says', async () => {
    const {store, desk, fake, newer, now} = await twoRuns()
    await change(store, eventKey(newer, 4), (body) => body.replace('{', '{ '))
    expect((await reportOf(desk, fake.place, newer, now))?.report.chain).toMatchObject({intact: false, brokenAt: 5})
  })

  it.each([
    ["isn't JSON any more", (): string => 'gone', 4],
    ['says nothing', (): string => '{"seq":4}', 4],
    ['tells of steps that nobody planned', (body: string): string => body.replace(/"step":"[^"]*"/, '"step":{"x":1}'), 5],
  ])('is reported on though an event %s', async (_, to, brokenAt) => {
    const {store, desk, fake, newer, now} = await twoRuns()
    await change(store, eventKey(newer, 4), to)
    const made = await reportOf(desk, fake.place, newer, now)
    expect(made?.report.chain).toMatchObject({intact: false, brokenAt})
    expect(recoveryReportHtml(made!.report)).toContain(`broken at event ${brokenAt}`)
  })

  it('is refused with exit 6 where its first event tells nothing', async () => {
    const {store, desk, fake, newer, now} = await twoRuns()
    await change(store, eventKey(newer, 0), () => 'gone')
    await expect(reportOf(desk, fake.place, newer, now)).rejects.toMatchObject({code: 'journal-corrupt', exitCode: 6})
  })
})

describe('a report', () => {
  it('of a journal that is whole says so, by its own text', async () => {
    const {desk, fake, older, now} = await twoRuns()
    expect((await reportOf(desk, fake.place, older, now))?.report.chain).toMatchObject({intact: true, brokenAt: null})
  })

  it("of a run that isn't there is refused with the command that lists them", async () => {
    const {desk, fake, now} = await twoRuns()
    await expect(reportOf(desk, fake.place, 'r-1', now)).rejects.toMatchObject({
      code: 'run-unknown',
      suggestions: ['sluice dr history'],
    })
  })

  it('of nothing at all is none', async () => {
    const fake = aRecovery()
    const desk = aDesk(fake.stores[fake.place.recovery]!, fake.clock, 'auditor')
    expect(await reportOf(desk, fake.place, undefined, fake.clock.now())).toBeNull()
  })
})
