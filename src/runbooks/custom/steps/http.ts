/**
 * Asks over HTTP until so many answers in a row are as expected, one at a time: nothing else of the run waits for a slow one. A POST does
 * something, so it is sent once; only where the file says that a second one is the same is it sent until its answer is as expected.
 */
import {variablesIn} from '../../../config/runbook-references.ts'
import type {Doing, HttpExpectation} from '../../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {Facts, Json} from '../../engine/event.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import type {StepContext} from '../../engine/step.ts'
import {kept} from '../answer.ts'
import {asksOfUrl} from '../asked-hosts.ts'
import {filled, filledByPlace} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground, Said} from '../own-step.ts'
import type {HttpAnswer, HttpRequest} from '../ports.ts'
import {isMade, made, standing, twiceOf} from './made-once.ts'
import {tokenOf} from './token.ts'

type Http = Extract<Doing, {kind: 'http'}>

export const httpStep = (id: string, does: Http, ground: Ground): Doer =>
  twiceOf(does) === 'same' ? probe(id, does, ground) : post(id, does, ground)

function probe(id: string, does: Http, ground: Ground): Doer {
  // In a row means without a break: whoever resumes begins anew.
  let good = 0
  return {
    calls: [],
    asks: asksOfUrl(filledByPlace(does.url, ground.place), ground.place),
    async poll(world, context) {
      const asked = requestOf(id, does, ground, context)
      if ('kind' in asked) return asked
      const {request, expect} = asked
      const answer = await world.own.ask(request, context.signal)
      const wrong = answer === null ? 'nobody answered' : unexpected(expect, answer)
      good = wrong === null ? good + 1 : 0
      if (wrong === null && good >= does.times) return {kind: 'done', facts: factsOf(does, answer, context)}
      const row = does.times > 1 ? ` (${good} of ${does.times} good in a row)` : ''
      return {
        kind: 'pending',
        waitsFor: `${does.method} ${request.url}: ${wrong ?? 'as expected'}${row}`,
        lookAgainAt: context.now + does.everyMs,
      }
    },
  }
}

function post(id: string, does: Http, ground: Ground): Doer {
  return {
    calls: [],
    asks: asksOfUrl(filledByPlace(does.url, ground.place), ground.place),
    observe: async (_world, context) => standing(id, twiceOf(does), context) ?? {kind: 'not-done'},
    async start(world, context) {
      if (isMade(context.own)) return
      const asked = requestOf(id, does, ground, context)
      if ('kind' in asked) throw wrongRequest(asked.because)
      const {request, expect} = asked
      const answer = await world.own.ask(request, context.signal)
      if (answer === null) throw new Unavailable('POST', `${request.url} didn't answer`)
      const wrong = unexpected(expect, answer)
      if (wrong !== null) throw wrongRequest(`POST ${request.url}: ${wrong}; a resume sends it again`)
      return {facts: {...factsOf(does, answer, context), ...made}}
    },
    poll: async () => ({kind: 'done'}),
  }
}

function requestOf(
  id: string,
  {url, headers, body, method, expect}: Http,
  {place}: Ground,
  context: StepContext,
): {readonly request: HttpRequest; readonly expect: HttpExpectation} | Said {
  const all = filled({url, headers, body, expect: {...expect}}, place, context)
  if (all.kind === 'unknown') return refused(all.because)
  // Whoever receives it can tell a second one, even where it is sent again because somebody said so.
  const key: Readonly<Record<string, string>> = method === 'POST' ? {'idempotency-key': tokenOf(context.run, id)} : {}
  const {value} = all
  return {
    request: {
      url: value.url,
      body: value.body,
      method,
      headers: {...key, ...value.headers},
      variables: variablesIn({url, headers, body}),
    },
    expect: value.expect,
  }
}

const factsOf = ({keep}: Http, answer: HttpAnswer | null, {now}: StepContext): Facts => ({
  status: answer?.status ?? null,
  at: now,
  ...kept(keep, parsed(answer?.body ?? '')),
})

/** What isn't as expected, in a few words; null: all of it is. */
export function unexpected(expect: HttpExpectation, answer: HttpAnswer): string | null {
  const good = expect.status.length === 0 ? answer.status >= 200 && answer.status < 300 : expect.status.includes(answer.status)
  if (!good) return `status ${answer.status}, wanted ${expect.status.length === 0 ? '2xx' : expect.status.join(' or ')}`
  for (const [name, value] of Object.entries(expect.header)) {
    if (answer.headers[name] !== value) return `${name} is ${answer.headers[name] ?? 'not there'}, wanted ${value}`
  }
  return expect.body === null || answer.body.includes(expect.body) ? null : `its body doesn't hold "${expect.body}"`
}

function parsed(body: string): Json {
  try {
    return JSON.parse(body) as Json
  } catch {
    return null
  }
}

const wrongRequest = (message: string): SluiceError => new SluiceError({code: 'runbook-step', exitCode: ExitCode.usage, message})
