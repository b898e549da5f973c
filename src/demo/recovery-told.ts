/** What is said of an act when it is over: a row for people, an object for scripts. Pure. Seconds are the virtual clock's. */
import type {RecoveryRow} from '../ui/recovery-demo-text.ts'
import {load} from './recovery-acts.ts'
import type {Played} from './run-recovery-demo.ts'

export function playedRow({act, view, seen}: Played): RecoveryRow {
  const {name} = act
  const done = view.state === 'done'
  const measured = view.loss?.ms ?? null
  const residue = name === 'drill' ? view.facts.residue : null
  // What was written in the measured time may be lost, and one row more that was on its way;
  // anything else is promised to be there.
  const mayBeLost = name === 'unplanned' ? ((measured ?? 0) / 60_000) * load.rowsPerMinute + 1 : 0
  return {
    name,
    good: done && seen.lostRows <= mayBeLost && (name !== 'drill' || (residue === 0 && seen.requestsFailed === 0)),
    outcome: done
      ? name === 'failback' || name === 'back'
        ? 'returned'
        : name === 'drill'
          ? 'rehearsed'
          : 'recovered'
      : view.state,
    rtoSeconds: seconds(view.rtoMs ?? (view.facts.rtoSeconds === null ? null : view.facts.rtoSeconds * 1000)),
    criticalPathSeconds: Math.round(view.criticalPathMs / 1000),
    lostRows: seen.lostRows,
    measuredLossSeconds: seconds(measured),
    residue,
    productionRequestsFailed: seen.requestsFailed,
    virtualSeconds: Math.round(view.elapsedMs / 1000),
  }
}

export function playedJson(played: Played): object {
  const {act, view, seen} = played
  const {good: _good, residue, productionRequestsFailed, virtualSeconds, ...row} = playedRow(played)
  return {
    ...row,
    run: view.run,
    durationSeconds: virtualSeconds,
    criticalPath: view.criticalPath,
    rowsWritten: seen.rowsWritten,
    ...(act.name === 'unplanned' && {
      callsToLostRegion: seen.callsToHome,
      callsToUsEast1: seen.callsToUsEast1,
      fence: view.facts.fence,
    }),
    ...(act.name === 'drill' && {residue, productionRequestsFailed, productionRequests: seen.requestsSent}),
    ...(act.name === 'failback' && {orphanRows: view.facts.orphans?.count ?? null}),
    ...(view.because !== '' && view.state !== 'done' && {because: view.because}),
  }
}

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000))
