/**
 * `release status`: the picture of a run at one look, whether anybody ticks it, and the commands that go on from there. Nobody
 * watches it, so it speaks of no key. Pure.
 */
import type {ReleaseView} from './release-view.ts'
import {frame} from './terminal-frame.ts'

/** Who has the run in hand; null: nobody. */
export interface Ticker {
  readonly owner: string
  readonly host: string
}

export function releaseStatusText(
  view: ReleaseView,
  ticker: Ticker | null,
  {color = false, columns = 80}: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const hint = ticker === null ? 'nobody ticks it' : `ticked by ${ticker.owner} on ${ticker.host}`
  return [...frame({...view, hint}, columns, {color}), ...nextCommands(view, ticker).map((command) => `  ${command}`)].join('\n')
}

function nextCommands({run, state}: ReleaseView, ticker: Ticker | null): readonly string[] {
  const abort = `sluice release abort ${run}`
  if (state === 'running' && ticker !== null) return [`sluice release watch ${run}`, abort]
  return state === 'running' || state === 'paused' ? [`sluice release resume ${run}`, abort] : []
}
