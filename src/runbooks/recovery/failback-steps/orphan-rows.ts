/**
 * Rows that the old primary accepted and nobody else has: written after the last moment known to have been replicated. A one-shot task
 * of the API's own image lists them, through a door that is open for it alone. Nothing is copied and nothing decided: they are listed in
 * the report, and the instance is kept with a final snapshot.
 */
import {minutes} from '../../engine/clock.ts'
import type {Json} from '../../engine/event.ts'
import type {Done, StepContext} from '../../engine/step.ts'
import type {FailbackInput} from '../input.ts'
import {later} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {fencedId, finalSnapshotOf} from './instance-names.ts'
import {closed} from '../steps/fence.ts'
import {orphansDoor, tasksIngress} from './tasks-ingress.ts'
import {unlessSilent} from './unless-silent.ts'

/** Every event lies in a journal for ever: more are counted, and found in the final snapshot. */
const listedAtMost = 500

export function orphansStep(input: FailbackInput, {needs}: Placed): RecoveryStep {
  const {
    place,
    to,
    standing: {replicatedUntil},
  } = input
  const {region} = to
  const ask = (world: RecoveryWorld, signal: AbortSignal): Promise<{readonly task: string}> =>
    world.compute.runTask(
      region,
      to.cluster,
      place.slots[to.serving],
      {SLUICE_ASK: `writes-after:${replicatedUntil ?? 0}`},
      signal,
    )
  let task: string | null = null
  let tries = 0
  return {
    id: 'orphans',
    title: 'Rows that only the old primary has',
    needs,
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    usual: {p50Seconds: 90, p90Seconds: 240},
    calls: callsOf(
      region,
      'database.describe',
      'fence.ingress',
      'fence.openIngress',
      'fence.closeIngress',
      'compute.runTask',
      'compute.taskResult',
    ),
    observe: async (world, {signal}) => {
      if (replicatedUntil === null)
        return untold(
          `when users left nobody could tell up to which moment its rows had been replicated; compare it with its final snapshot ${finalSnapshotOf(fencedId(input))}`,
        )
      const old = await world.database.describe(region, place.database, signal)
      if (old !== null && old.source === null && old.status === 'available') return {kind: 'not-done'}
      return untold(
        old === null || old.source !== null
          ? `the old primary isn't ${place.database} in ${region} any more (${fencedId(input)}, or gone); a failback that was begun before has listed them: sluice dr history`
          : `the old primary is ${old.status}`,
      )
    },
    start: async (world, {signal, own}) => {
      await openDoor(world, input, signal)
      // A task that an earlier process asked for is asked for its answer, not made again.
      if (typeof own['task'] === 'string') return
      return {facts: {task: (await ask(world, signal)).task}}
    },
    poll: async (world, context) => {
      task ??= typeof context.own['task'] === 'string' ? context.own['task'] : (await ask(world, context.signal)).task
      const result = await world.compute.taskResult(region, to.cluster, task, context.signal)
      if (result === null) {
        // The Region's own fence closes the door again every minute, and is right to.
        await openDoor(world, input, context.signal)
        return later(context, 'the old primary to list what it has', 5)
      }
      const told = result.exitCode === 0 ? rowsOf(result.lines) : null
      if (told === null && tries < 2) {
        tries += 1
        task = (await ask(world, context.signal)).task
        return later(context, 'the old primary to be asked again', 5)
      }
      await world.fence.closeIngress(region, to.databaseGroup, context.signal)
      return told === null
        ? untold(
            `the task that lists them ended with ${result.exitCode ?? 'no exit code'}: ${result.reason || (result.lines.at(-1) ?? 'no word')}`,
          )
        : listed(told)
    },
    // In a Region that says nothing its own fence closes the door, every minute.
    undo: (world, {signal}: StepContext) =>
      unlessSilent(
        () => world.fence.closeIngress(region, to.databaseGroup, signal),
        () => Promise.resolve(),
      ),
  }
}

async function openDoor(world: RecoveryWorld, input: FailbackInput, signal: AbortSignal): Promise<void> {
  const {to} = input
  if (!closed(await world.fence.ingress(to.region, to.databaseGroup, signal))) return
  await world.fence.openIngress(to.region, to.databaseGroup, tasksIngress(input, to, orphansDoor), signal)
}

/** Said, never taken for none: the report says that nobody knows, and where the data is. */
const untold = (because: string): Done => ({
  kind: 'done',
  facts: {orphans: null, rows: [], because},
  note: `can't be told: ${because}`,
})

interface Row {
  readonly id: Json
  readonly at: Json
}

function listed({rows, count}: {readonly rows: readonly Row[]; readonly count: number}): Done {
  const kept = rows.slice(0, listedAtMost).map(({id, at}) => ({id, at}))
  const more = count - kept.length
  return {
    kind: 'done',
    facts: {orphans: count, rows: kept, more},
    note:
      count === 0
        ? 'none'
        : `${count} listed${more > 0 ? ` (${more} of them only counted)` : ''}; they are in the final snapshot`,
  }
}

/** null: the list has no end, so it isn't known to be whole. */
export function rowsOf(lines: readonly string[]): {readonly rows: readonly Row[]; readonly count: number} | null {
  const said = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as {readonly id?: Json; readonly at?: Json; readonly done?: boolean; readonly rows?: number}]
    } catch {
      return []
    }
  })
  const end = said.findLast(({done}) => done === true)
  if (end === undefined) return null
  const rows = said.flatMap(({id, at}) => (id === undefined ? [] : [{id, at: at ?? null}]))
  return {rows, count: Math.max(rows.length, end.rows ?? 0)}
}
