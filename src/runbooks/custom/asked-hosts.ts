/**
 * What a request over HTTP needs of a Region, as the lint of failovers reads it: an endpoint of AWS, or the API's own name in a Region.
 * A step that waits for such an answer waits for ever when that Region is lost. Other hosts are somebody else's, and tell nothing. Pure.
 */
import type {Call} from '../engine/step.ts'
import {regionalName} from '../recovery/place.ts'
import type {Place} from '../recovery/place.ts'

export function asksOfUrl(url: string, place: Place): readonly Call[] {
  const host = /^https?:\/\/(?:[^/?#]*@)?([^/:?#]+)/i.exec(url)?.[1]?.toLowerCase()
  if (host === undefined) return []
  if (/\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(host)) {
    // An endpoint without a Region in its name is answered by the partition's first one.
    const region = /(?:^|[.-])((?:[a-z]{2}|us-gov)(?:-[a-z]+)+-\d)(?=\.)/.exec(host)?.[1] ?? 'us-east-1'
    return [asked(host, region)]
  }
  return [place.home, place.recovery]
    .filter((region) => regionalName(place, region) === host)
    .map((region) => asked(host, region))
}

export const asksOfName = (place: Place, region: string): readonly Call[] => [asked(regionalName(place, region), region)]

const asked = (host: string, region: string): Call => ({action: `http:${host}`, region})
