import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {isHeld, readLease} from '../../runbooks/engine/lease.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {recoveryTarget} from '../../runbooks/recovery/place.ts'
import {RecoveryCommand, recoveryFlags} from '../../use-cases/recovery/recovery-command.ts'
import {lookAround, readinessNow} from '../../use-cases/recovery/recovery-reading.ts'
import {betweenRegions} from '../../ui/between-regions.ts'
import {recoveryRow} from '../../ui/recovery-history.ts'
import {recoveryStatusJson, recoveryStatusText} from '../../ui/recovery-status-text.ts'
import {recoveryView} from '../../ui/recovery-view.ts'

export default class DrStatus extends RecoveryCommand {
  static override description = `Where users are, whether the other Region could take them now, how long it would take and what would be lost: one screen.

Reads only, and exits 0 whatever it finds; the outcome says where users are: home, away, recovering. dr check judges.`

  static override examples = ['<%= config.bin %> dr status', '<%= config.bin %> dr status --json']
  static override flags = recoveryFlags

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrStatus)
    const opened = await this.opened(flags, 'read-state', {haste: 'reads'})
    const {place, settings, clock, desk} = opened
    const around = await lookAround(opened)
    const [readiness, lease] = await Promise.all([
      readinessNow(opened, around),
      patiently(clock, () => readLease(desk.store, recoveryTarget(place))),
    ])
    const now = clock.now()
    const views = around.runs.map(({run, events}) => recoveryView(events, {run}, now))
    const runs = views.map(recoveryRow)
    const status = {
      service: place.service,
      environment: place.environment,
      home: place.home,
      recovery: place.recovery,
      shape: place.shape,
      standing: around.standing,
      between: views.map(betweenRegions).find((one) => one !== null) ?? null,
      homeMissing: around.sides.homeMissing,
      readiness,
      lastDrillAt: around.lastDrillAt,
      drillEveryMs: settings.drillEveryMs,
      runs,
      ticker: lease !== null && isHeld(lease, now) ? {run: lease.run, owner: lease.owner, host: lease.host} : null,
      now,
    }
    const recovering = runs.some(({outcome, kind}) => kind !== 'drill' && (outcome === 'running' || outcome === 'paused'))
    const away = around.standing !== null && around.standing.region !== place.home
    return {
      outcome: recovering ? 'recovering' : away ? 'away' : 'home',
      exitCode: ExitCode.done,
      data: recoveryStatusJson(status),
      text: recoveryStatusText(status, this.look(process.stdout)),
    }
  }
}
