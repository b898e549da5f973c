/** Asks over HTTP until so many answers in a row are as expected. */
import type {Doing, HttpExpectation} from '../../../config/runbook.ts'
import type {Json} from '../../engine/event.ts'
import {kept} from '../answer.ts'
import {filled} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground} from '../own-step.ts'
import type {HttpAnswer} from '../ports.ts'

type Http = Extract<Doing, {kind: 'http'}>

export function httpStep(does: Http, {place}: Ground): Doer {
  return {
    calls: [],
    async poll(world, context) {
      const request = filled({url: does.url, headers: does.headers, body: does.body, expect: {...does.expect}}, place, context)
      if (request.kind === 'unknown') return refused(request.because)
      const {url, headers, body, expect} = request.value
      let answer: HttpAnswer | null = null
      for (let good = 0; good < does.times; good += 1) {
        answer = await world.own.ask({url, headers, body, method: does.method}, context.signal)
        const wrong = answer === null ? 'nobody answered' : unexpected(expect, answer)
        if (wrong !== null)
          return {
            kind: 'pending',
            waitsFor: `${does.method} ${url}: ${wrong}${does.times > 1 ? ` (${good} of ${does.times} good in a row)` : ''}`,
            lookAgainAt: context.now + does.everyMs,
          }
      }
      return {
        kind: 'done',
        facts: {status: answer?.status ?? null, at: context.now, ...kept(does.keep, parsed(answer?.body ?? ''))},
      }
    },
  }
}

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
