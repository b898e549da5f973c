import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {RecoveryCommand, recoveryFlags} from '../../use-cases/recovery/recovery-command.ts'
import {listRecoveries} from '../../runbooks/recovery/find-recovery.ts'
import {recoveryHistoryText, recoveryRow, recoveryRowJson} from '../../ui/recovery-history.ts'
import {recoveryView} from '../../ui/recovery-view.ts'

export default class DrHistory extends RecoveryCommand {
  static override description = `List the recoveries and drills of this service, newest first, and how its drills have gone over time.

A run whose journal was changed is named, and hides no other.`
  static override examples = ['<%= config.bin %> dr history --limit 5', '<%= config.bin %> dr history --json']
  static override flags = {...recoveryFlags, limit: Flags.integer({description: 'how many runs', default: 20, min: 1})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrHistory)
    const {desk, place, clock} = await this.opened(flags, 'read-state')
    const listed = await listRecoveries(desk, place, flags.limit)
    const broken = listed.flatMap((one) => (one.kind === 'broken' ? [one.broken] : []))
    const rows = listed.flatMap((one) =>
      one.kind === 'whole' ? [recoveryRow(recoveryView(one.found.events, {run: one.found.run}, clock.now()))] : [],
    )
    return {
      outcome: 'listed',
      exitCode: ExitCode.done,
      data: {runs: rows.map(recoveryRowJson), ...(broken.length > 0 && {broken})},
      text: recoveryHistoryText(rows, process.stdout.columns ?? 80, broken),
    }
  }
}
