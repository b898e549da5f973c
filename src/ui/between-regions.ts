/**
 * Whether a move is under way that has fenced users off and not yet sent them on. By right they may be in the other Region already; in
 * fact they are in neither, and no screen may say otherwise. Pure.
 */
import type {RecoveryView} from './recovery-view.ts'

export interface BetweenRegions {
  readonly run: string
  readonly from: string
  readonly to: string
  /** When the fence was begun, epoch ms. */
  readonly since: number
}

export function betweenRegions({run, asked, state, steps}: RecoveryView): BetweenRegions | null {
  if (state !== 'running' && state !== 'paused') return null
  const flip = steps.find(({id}) => id === 'flip')
  const fence = steps.find(({id}) => id === 'fence' || id === 'fence-away')
  if (flip === undefined || flip.state === 'done' || fence === undefined) return null
  if (fence.startedAt === null || fence.state === 'undone') return null
  return {run, from: asked.from, to: asked.to, since: fence.startedAt}
}
