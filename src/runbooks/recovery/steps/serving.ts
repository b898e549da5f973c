/**
 * Users are served by the new Region: every authoritative server says so, three answers in a row through the public name carry its
 * header, and a write through that name commits. The recovery time ends here. DNS and HTTP alone are asked, no control plane.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Event} from '../../engine/event.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {said, writeCommits} from '../ask-api.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {NameAnswer} from '../ports/names-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {refusesAll} from './fence.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

const answersInARow = 3

/** What only this process has seen: a resumed run reports from its own looks on. */
interface Seen {
  lastOldAnswerAt: number | null
}

export function serving(way: Way, {needs, id = 'serving', title}: Placed): RecoveryStep {
  const seen: Seen = {lastOldAnswerAt: null}
  return {
    id,
    title: title ?? `users are served by ${way.to.region}`,
    needs,
    calls: callsOf(way.to.region, 'names.resolve', 'api.ask'),
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    usual: {p50Seconds: 60, p90Seconds: 150},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: (world, context) => look(way, seen, world, context),
  }
}

async function look(way: Way, seen: Seen, world: RecoveryWorld, {now, signal, events}: StepContext): Promise<Polled> {
  const {place, settings, to, fromRegion} = way
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(2)})
  const [answers, own] = await Promise.all([
    world.names.resolve(place.api, signal),
    world.names.resolve(regionalName(place, to.region), signal),
  ])
  const old = await world.api.ask({host: place.api, path: settings.probes.read}, signal)
  if (old?.region === fromRegion) seen.lastOldAnswerAt = old.at
  const names = namesWait(place.api, answers, own)
  if (names !== null) return wait(names)
  for (let asked = old?.region === to.region && old.status < 400 ? 1 : 0; asked < answersInARow; asked += 1) {
    const answer = await world.api.ask({host: place.api, path: settings.probes.read}, signal)
    if (answer?.region === fromRegion) seen.lastOldAnswerAt = answer.at
    if (answer === null || answer.status >= 400 || answer.region !== to.region) {
      return wait(`${answersInARow} answers in a row from ${to.region} (${answer?.region ?? said(answer)})`)
    }
  }
  const {committed, answer} = await writeCommits(world, place.api, {settings, signal})
  if (!committed || answer?.region !== to.region) return wait(`a write through ${place.api} (${said(answer)})`)
  const late = answers
    .filter(({kind, addresses}) => kind === 'resolver' && addresses !== null && !areOf(addresses, addressesOf(own)))
    .map(({server}) => server)
  return {
    kind: 'done',
    facts: {servingAt: answer.at, lastOldAnswerAt: seen.lastOldAnswerAt ?? refusedAt(events), resolversBehind: late},
    note:
      late.length === 0 ? 'all names, three answers, one write' : `resolvers that still say the old Region: ${late.join(', ')}`,
  }
}

/** Users got their last answer from the Region that was left when its rule began to refuse them; null: nobody could make it. */
const refusedAt = (events: readonly Event[]): number | null =>
  events.findLast((event) => event.kind === 'rule-written' && event.data.actionsHash === refusesAll)?.at ?? null

const authoritative = (answers: readonly NameAnswer[]): readonly NameAnswer[] =>
  answers.filter(({kind}) => kind === 'authoritative')
const addressesOf = (answers: readonly NameAnswer[]): readonly string[] =>
  authoritative(answers).flatMap(({addresses}) => addresses ?? [])
/** A load balancer that grows answers with some of its addresses at a time: none of another Region is what counts. */
const areOf = (addresses: readonly string[], region: readonly string[]): boolean =>
  addresses.length > 0 && addresses.every((address) => region.includes(address))

/** Which servers don't say the new Region yet; null: all do. A server that doesn't answer holds nothing up as long as another one does. */
function namesWait(name: string, answers: readonly NameAnswer[], own: readonly NameAnswer[]): string | null {
  const wanted = addressesOf(own)
  if (wanted.length === 0) return "an address of the Region's own name"
  const answering = authoritative(answers).filter(({addresses}) => addresses !== null)
  if (answering.length === 0) return `any authoritative server of ${name} to answer`
  const old = answering.filter(({addresses}) => !areOf(addresses ?? [], wanted)).map(({server}) => server)
  return old.length === 0 ? null : `${name} at ${old.join(', ')}`
}
