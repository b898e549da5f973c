/** The page about runbooks: what it shows loads and runs, and what it lists is what there is. */
import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {anchors} from '../../../src/config/runbook-anchors.ts'
import {allowedChanges} from '../../../src/config/runbook-calls.ts'
import {parseRunbook} from '../../../src/config/runbook-load.ts'
import {builtInSteps} from '../../../src/config/runbook-uses.ts'
import type {HttpRequest} from '../../../src/runbooks/custom/ports.ts'
import type {Json} from '../../../src/runbooks/engine/event.ts'
import {runState} from '../../../src/runbooks/engine/run-state.ts'
import {askRecovery} from '../../../src/runbooks/recovery/run-recovery.ts'
import {aPromoteInput} from '../../support/recovery-bench.ts'
import {aRecovery, begin, goOn} from '../../support/recovery-drive.ts'
import {aDesk} from '../../support/release-bench.ts'
import {anExtension, ownRunbook, runbookBench} from '../../support/runbook-bench.ts'

describe('docs/runbooks.md', async () => {
  const page = await readFile(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8')
  const [evening = '', statusPage = '', ...others] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')

  it('shows runbooks that load, and no others', () => {
    expect(others).toEqual([])
    expect(
      [evening, statusPage]
        .map(parseRunbook)
        .map((parsed) => (parsed.kind === 'problems' ? parsed.problems : parsed.runbook.kind)),
    ).toEqual(['runbook', 'extension'])
  })

  it('shows a runbook that runs to its end, with what it says of people', async () => {
    const bench = runbookBench()
    const asked: HttpRequest[] = []
    let workers = 4
    bench.answer = (_service, action, input): Json => {
      if (action === 'UpdateService') workers = Number(input['desiredCount'])
      return action === 'DescribeDBInstances'
        ? {DBInstances: [{DBInstanceClass: 'db.m7g.large'}]}
        : {services: [{runningCount: workers}]}
    }
    bench.http = (request) => {
      asked.push(request)
      return {status: 200, headers: {}, body: 'all is ok'}
    }
    bench.datapoints = () => {
      const last = Math.floor(bench.fake.clock.now() / 60_000)
      return Array.from({length: 200}, (_, index) => ({at: (last - 199 + index) * 60_000, value: 3}))
    }
    const ran = await bench.run(ownRunbook(evening))
    expect(ran.end).toMatchObject({because: expect.stringContaining('Take the numbers of shop, on a db.m7g.large.') as string})
    expect(workers).toBe(0)
    await bench.say(ran.run, {step: 'numbers', done: true, evidence: 'ledger, page 12'})
    const second = await bench.resume(ran, 'bob-1')
    expect(second.end).toMatchObject({because: expect.stringContaining('May the workers go on?') as string})
    await bench.say(ran.run, {step: 'go-on', approved: true}, 'arn:aws:sts::111122223333:assumed-role/oncall/grace')
    expect((await bench.resume(ran, 'bob-2')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(workers).toBe(4)
    expect(asked.map(({method}) => method)).toEqual(['GET', 'GET', 'GET', 'POST'])
    expect(asked.at(-1)).toMatchObject({headers: {authorization: 'Bearer ${env.STATUS_TOKEN}'}, variables: ['STATUS_TOKEN']})
  })

  it('shows an extension that a failover runs, with what it refers to', async () => {
    const fake = aRecovery()
    fake.kill(fake.place.home)
    const sent: HttpRequest[] = []
    const ask = async (request: HttpRequest) => {
      sent.push(request)
      return {status: 201, headers: {}, body: ''}
    }
    Object.assign(fake.world, {own: {ask}})
    const gone = new AbortController()
    fake.clock.at(fake.clock.now() + 40 * 60_000, () => gone.abort(new Error('gone')))
    const ran = await begin(fake, aPromoteInput(fake.place, {extension: anExtension(statusPage)}), {detach: gone.signal})
    expect(sent.map(({body}) => body)).toEqual(['to eu-central-1'])
    expect(fake.names.leads()).toBe('eu-central-1')
    await askRecovery(aDesk(fake.stores[fake.place.recovery]!, fake.clock, 'bob'), ran.run, 'resume', 'called', {
      step: 'bank',
      done: true,
      evidence: 'ticket 4711',
    })
    const over = await goOn(fake, ran.run)
    expect(over.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(runState(over.events).facts.get('bank')).toMatchObject({evidence: 'ticket 4711'})
  })

  it('names every change that is allowed, every step that comes with the tool, and every step of a failover', () => {
    const named = [
      ...Object.keys(allowedChanges).map((name) => name.split(':')[1] ?? ''),
      ...Object.keys(builtInSteps),
      ...anchors['dr promote'],
    ]
    expect(named.filter((name) => !page.includes(name))).toEqual([])
  })
})
