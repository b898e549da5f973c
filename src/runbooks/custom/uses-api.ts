/** Built-in steps that ask the API itself, at a Region's own name or at everybody's. */
import {seconds} from '../engine/clock.ts'
import {later} from '../recovery/look-step.ts'
import {regionalName} from '../recovery/place.ts'
import type {Heartbeat} from '../recovery/ports/api-port.ts'
import type {Doer} from './own-step.ts'
import {asksOfName} from './asked-hosts.ts'
import {durationOf} from './uses.ts'
import type {Told} from './uses.ts'

export function heartbeatDoer({place, settings, region, with: told}: Told): Doer {
  const most = durationOf(told['behind-at-most'], seconds(30))
  return {
    calls: [],
    asks: asksOfName(place, region),
    async poll({api}, context) {
      const answer = await api.ask({host: regionalName(place, region), path: settings.probes.heartbeat}, context.signal)
      const beat = answer?.status === 200 ? read(answer.body) : null
      if (answer === null || beat === null)
        return later(context, `${region} to answer its heartbeat${answer === null ? '' : ` (${answer.status})`}`)
      if (beat.last === null) return later(context, `${region} has no heartbeat row`)
      const behind = answer.at - beat.last.at
      if (behind > most) return later(context, `the newest row is ${Math.round(behind / 1000)} s old, wanted ${most / 1000}`)
      return {kind: 'done', facts: {seq: beat.last.seq, at: beat.last.at, writable: beat.writable}, note: `row ${beat.last.seq}`}
    },
  }
}

export function writeDoer({place, settings, region, with: told}: Told): Doer {
  const host = told['region'] === undefined ? place.api : regionalName(place, region)
  return {
    calls: [],
    asks: told['region'] === undefined ? [] : asksOfName(place, region),
    async poll({api}, context) {
      const answer = await api.ask({host, path: settings.probes.write, method: 'POST'}, context.signal)
      if (answer === null || answer.status < 200 || answer.status > 299)
        return later(context, `a write through ${host} (${answer?.status ?? 'no answer'})`)
      return {
        kind: 'done',
        facts: {region: answer.region, at: answer.at},
        note: `committed in ${answer.region ?? "a Region that doesn't say its name"}`,
      }
    },
  }
}

export function servingDoer({place, settings, region, with: told}: Told): Doer {
  // All in one tick: the rest of the run waits for them.
  const times = Math.min(typeof told['times'] === 'number' ? told['times'] : 3, 10)
  return {
    calls: [],
    async poll({api}, context) {
      for (let good = 0; good < times; good += 1) {
        const answer = await api.ask({host: place.api, path: settings.probes.read}, context.signal)
        const isGood = answer !== null && answer.status >= 200 && answer.status < 300 && answer.region === region
        if (!isGood)
          return later(
            context,
            `${place.api} to be answered by ${region}: ${answer === null ? 'nobody answered' : `${answer.region ?? 'no Region'}, ${answer.status}`} (${good} of ${times})`,
          )
      }
      return {kind: 'done', facts: {region, at: context.now}, note: `${times} answers of ${region}`}
    },
  }
}

export function warmDoer({place, settings, region, with: told}: Told): Doer {
  const paths = Array.isArray(told['paths']) ? told['paths'].map(String) : settings.probes.warm
  return {
    calls: [],
    asks: asksOfName(place, region),
    async poll({api}, context) {
      let answered = 0
      for (const path of paths)
        if ((await api.ask({host: regionalName(place, region), path}, context.signal)) !== null) answered += 1
      if (paths.length > 0 && answered === 0) return later(context, `${regionalName(place, region)} to answer`)
      return {kind: 'done', facts: {answered}, note: `${answered} of ${paths.length} answered`}
    },
  }
}

function read(body: string): Heartbeat | null {
  try {
    return JSON.parse(body) as Heartbeat
  } catch {
    return null
  }
}
