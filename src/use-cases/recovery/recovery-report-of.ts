/**
 * The report of one recovery: its journal as it lies there, and its place among the others. A journal that was changed is reported on like
 * any other, with the words that it was: an auditor has to see it, and no older run may stand in for it.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {callsOfRecovery} from './recovery-promoting.ts'
import type {Event} from '../../runbooks/engine/event.ts'
import {listRecoveries, recoveryInput} from '../../runbooks/recovery/find-recovery.ts'
import type {Place} from '../../runbooks/recovery/place.ts'
import {readEvidence} from '../../runbooks/recovery/read-evidence.ts'
import type {Evidence} from '../../runbooks/recovery/read-evidence.ts'
import type {Desk} from '../../runbooks/engine/desk.ts'
import {recoveryRow} from '../../ui/recovery-history.ts'
import {recoveryReport} from '../../ui/recovery-report.ts'
import type {RecoveryReport} from '../../ui/recovery-report.ts'
import {recoveryView} from '../../ui/recovery-view.ts'
import type {RecoveryView} from '../../ui/recovery-view.ts'

const trendRuns = 40

/** null: there was no recovery yet. Throws `run-unknown`, exit 2, and `journal-corrupt`, exit 6, when nothing of it can be told. */
export async function reportOf(
  desk: Desk,
  place: Place,
  wanted: string | undefined,
  now: number,
): Promise<{readonly report: RecoveryReport} | null> {
  const listed = await listRecoveries(desk, place, trendRuns)
  const [newest] = listed
  const run = wanted ?? (newest?.kind === 'whole' ? newest.found.run : newest?.broken.run)
  if (run === undefined) return null
  const evidence = await readEvidence(desk, run)
  const input = recoveryInput(evidence.events)
  if (input === null || input.place.service !== place.service || input.place.environment !== place.environment)
    throw evidence.chain.events > 0 && !evidence.chain.intact ? unreadable(run, evidence) : unknown(run, place)
  const view = viewOf(run, evidence, now)
  const rows = listed.flatMap((one) =>
    one.kind === 'whole' ? [recoveryRow(recoveryView(one.found.events, {run: one.found.run}, now))] : [],
  )
  return {report: recoveryReport(view, evidence, callsOfRecovery(input, view.planHash), rows)}
}

/** What was changed may make no sense: then the story is told as far as it can be trusted. */
function viewOf(run: string, {events, chain}: Evidence, now: number): RecoveryView {
  const view = (some: readonly Event[]): RecoveryView => recoveryView(some, {run}, now)
  if (chain.brokenAt === null) return view(events)
  try {
    return view(events)
  } catch {
    return view(events.slice(0, Math.max(1, chain.brokenAt - 1)))
  }
}

const unknown = (run: string, {service}: Place): SluiceError =>
  new SluiceError({
    code: 'run-unknown',
    exitCode: ExitCode.usage,
    message: `There is no recovery ${run} of ${service} here.`,
    suggestions: ['sluice dr history'],
  })

const unreadable = (run: string, {chain}: Evidence): SluiceError =>
  new SluiceError({
    code: 'journal-corrupt',
    exitCode: ExitCode.halted,
    message: `The journal of ${run} is broken at event ${chain.brokenAt ?? 0}, and its first event doesn't tell what it was.`,
    suggestions: ['read it in the state bucket (it keeps every version)'],
  })
