/**
 * A replica that its failback couldn't finish has a maintenance window of RDS's own choice, and may be deleted: promoted, it gets what the
 * instance before it had, which is still set aside. Once users are served; what RDS refuses is told, and ends nothing.
 */
import {SluiceError} from '../../../errors.ts'
import {minutes} from '../../engine/clock.ts'
import type {Reopens} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import {isBusy} from '../promotion-state.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function asBefore({place, to}: Way, {aside}: Reopens, {needs}: Placed): RecoveryStep {
  const {region} = to
  return lookStep({
    id: 'as-before',
    title: `${place.database} in ${region} is protected and maintained as before`,
    needs,
    calls: callsOf(region, 'database.describe', 'database.modify'),
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    look: async (world, context) => {
      const [database, before] = await Promise.all([
        world.database.describe(region, place.database, context.signal),
        world.database.describe(region, aside, context.signal),
      ])
      if (database === null || before === null) return {kind: 'done', note: 'nothing tells how it was before'}
      const change = changeTo(database, before)
      if (Object.keys(change).length === 0) return {kind: 'done'}
      if (database.status !== 'available') return later(context, `${database.id} to be available (${database.status})`)
      try {
        await world.database.modify(region, database.id, change, context.signal)
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error
        const {message} = error
        if (!isBusy(error)) return {kind: 'done', facts: {refused: message}, note: `refused: ${message}`}
      }
      return later(context, `${database.id} to be as before`)
    },
  })
}

const changeTo = (database: DatabaseState, before: DatabaseState) => ({
  ...(before.protected && !database.protected && {protected: true}),
  ...(before.maintenanceWindow !== ''
    && before.maintenanceWindow !== database.maintenanceWindow && {maintenanceWindow: before.maintenanceWindow}),
})
