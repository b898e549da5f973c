/** A runbook from its text, driven on a leaping clock over the two Regions in memory; calls, answers and datapoints are the test's. */
import {parseRunbook} from '../../src/config/runbook-load.ts'
import type {Extension, OwnRunbook} from '../../src/config/runbook.ts'
import type {Event, Facts, Json} from '../../src/runbooks/engine/event.ts'
import type {Desk} from '../../src/runbooks/engine/desk.ts'
import type {HttpAnswer, HttpRequest, MetricQuery, OwnPorts, OwnWorld} from '../../src/runbooks/custom/ports.ts'
import {runbookInput} from '../../src/runbooks/custom/input.ts'
import type {RunbookInput} from '../../src/runbooks/custom/input.ts'
import {resumeCustom, sayToCustom, startCustom} from '../../src/runbooks/custom/run-custom.ts'
import type {CustomRan} from '../../src/runbooks/custom/run-custom.ts'
import {fakeRecovery} from './fake-recovery-world.ts'
import type {FakeRecovery} from './fake-recovery-world.ts'
import {leapingClock} from './leaping-clock.ts'
import {aPlace, aSettings, aStackConfig} from './recovery-bench.ts'

export function ownRunbook(text: string): OwnRunbook {
  const parsed = parseRunbook(text)
  if (parsed.kind !== 'loaded' || parsed.runbook.kind !== 'runbook') throw new Error(JSON.stringify(parsed))
  return parsed.runbook
}

export function anExtension(text: string): Extension {
  const parsed = parseRunbook(text)
  if (parsed.kind !== 'loaded' || parsed.runbook.kind !== 'extension') throw new Error(JSON.stringify(parsed))
  return parsed.runbook
}

export interface RunbookBench {
  readonly fake: FakeRecovery
  readonly world: OwnWorld
  /** `ecs:UpdateService eu-central-1 {…}`, in order. */
  readonly calls: string[]
  answer: (service: string, action: string, input: Facts) => Json
  http: (request: HttpRequest) => HttpAnswer | null
  datapoints: (query: MetricQuery) => readonly {readonly at: number; readonly value: number}[]
  desk(writer?: string, who?: string): Desk
  /** Drives until it ends, pauses, or `detach` says so. */
  run(runbook: OwnRunbook, detach?: AbortSignal): Promise<CustomRan>
  resume(ran: Pick<CustomRan, 'run' | 'input'>, writer?: string): Promise<CustomRan>
  say(run: string, accepts: Facts, who?: string): Promise<readonly Event[]>
}

export function runbookBench(): RunbookBench {
  const clock = leapingClock()
  const place = aPlace()
  const fake = fakeRecovery({clock, place})
  let ids = 0
  const own: OwnPorts = {
    call: async (region, service, action, input) => {
      bench.calls.push(`${service}:${action} ${region} ${JSON.stringify(input)}`)
      return bench.answer(service, action, input)
    },
    ask: async (request) => bench.http(request),
    minutes: async (_region, query, from, to) => bench.datapoints(query).filter(({at}) => at >= from && at < to),
  }
  const never = new AbortController().signal
  const bench: RunbookBench = {
    fake,
    world: {...fake.world, own},
    calls: [],
    answer: () => ({}),
    http: () => null,
    datapoints: () => [],
    desk: (writer = 'ada-1', who = 'arn:aws:iam::111122223333:user/ada') => ({
      store: fake.stores[place.recovery]!,
      clock,
      ids: (length) => String((ids += 1)).padStart(length, '0'),
      writer,
      host: 'test',
      who,
      toolVersion: 'test',
    }),
    run: (runbook, detach = never) => startCustom(bench.desk(), input(runbook), bench.world, {detach, leave: never}),
    resume: (ran, writer) => resumeCustom(bench.desk(writer), ran, bench.world, {detach: never, leave: never}),
    say: (run, accepts, who) => sayToCustom(bench.desk('other-1', who), run, 'resume', 'said', accepts),
  }
  const input = (runbook: OwnRunbook): RunbookInput =>
    runbookInput({config: aStackConfig(), place, settings: aSettings(), by: 'arn:aws:iam::111122223333:user/ada'}, runbook)
  return bench
}
