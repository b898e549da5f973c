/** How far home's replica is behind, by the heartbeat that its API tells; or what has to be waited for before users may be refused. Pure. */
import {inSeconds} from '../measure-loss.ts'
import type {FailbackInput} from '../input.ts'
import {regionalName} from '../place.ts'
import type {Heartbeat} from '../ports/api-port.ts'

export const nearMs = 5000

export type Behind = {readonly kind: 'near'; readonly behindMs: number} | {readonly kind: 'waits'; readonly waitsFor: string}

export function behind({place, to}: Pick<FailbackInput, 'place' | 'to'>, heartbeat: Heartbeat | null, now: number): Behind {
  const waits = (waitsFor: string): Behind => ({kind: 'waits', waitsFor})
  if (heartbeat === null) return waits(`${regionalName(place, to.region)} to tell how far its replica is`)
  if (heartbeat.last === null) return waits('the first heartbeat row')
  const behindMs = Math.max(0, now - heartbeat.last.at)
  return behindMs <= nearMs ? {kind: 'near', behindMs} : waits(`the replica, ${inSeconds(behindMs)} behind`)
}
