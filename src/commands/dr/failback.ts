import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {confirmFlag, followFlags, RecoveryCommand} from '../../use-cases/recovery/recovery-command.ts'
import {failbackInput, plannedSteps} from '../../use-cases/recovery/recovery-promoting.ts'
import {lookAround} from '../../use-cases/recovery/recovery-reading.ts'
import {askRecovery, refuseIfRecovering, startRecovery} from '../../runbooks/recovery/run-recovery.ts'
import {isInVain} from '../../runbooks/recovery/standing.ts'
import {recoveryPlanJson, recoveryPlanText} from '../../ui/recovery-plan-text.ts'

export default class DrFailback extends RecoveryCommand {
  static override description = `Bring users home: a replica the other way round, catch up, a switchover that loses nothing, and both Regions as they were.

Takes hours where the database is big; users notice only the switchover, some minutes in the middle. Rows that the old primary took and that
were never replicated are listed in the report. What is set aside on the way is deleted at the end, with final snapshots: the environment's
name, asked for at the start, covers that. Where a promote was taken back after its promotion, users are home already, and only the other
Region is brought back. Exits 0 when it is done, 1 when it failed and took everything back, 6 when it needs a person.`

  static override examples = [
    '<%= config.bin %> dr failback --plan-only',
    '<%= config.bin %> dr failback --confirm production',
    '<%= config.bin %> dr failback --ask-when-ready',
  ]
  static override flags = {
    ...followFlags,
    confirm: confirmFlag,
    'ask-when-ready': Flags.boolean({description: 'when everything is prepared, ask once more before users are refused'}),
    'plan-only': Flags.boolean({description: 'print the steps, and change nothing'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrFailback)
    const opened = await this.opened(flags, flags['plan-only'] ? 'read-state' : 'make-state')
    const {desk, world, clock, place} = opened
    if (!flags['plan-only']) await refuseIfRecovering(desk, place)
    const input = {...(await failbackInput(opened, await lookAround(opened))), askWhenReady: flags['ask-when-ready']}
    const steps = plannedSteps(input)
    const text = recoveryPlanText(input, steps, this.look(flags['plan-only'] ? process.stdout : process.stderr))
    if (flags['plan-only']) return {outcome: 'planned', exitCode: ExitCode.done, data: recoveryPlanJson(input, steps), text}
    if (!flags.json) process.stderr.write(text)
    await this.consented(
      place.environment,
      [
        isInVain(input.standing, place)
          ? `Users of ${place.service} stay in ${place.home}; what was promoted in vain in ${place.recovery} is deleted at the end, `
            + 'with a final snapshot'
          : `Users of ${place.service} go back to ${place.home}; the old primary and what serves now are deleted at the end, `
            + 'each with a final snapshot',
      ],
      flags.confirm,
    )
    const watching = this.follow(opened, flags.events, (run, wish, why, accepts) => askRecovery(desk, run, wish, why, accepts))
    try {
      return this.finished(await startRecovery(desk, input, world, watching), watching.live, clock.now())
    } finally {
      watching.close()
    }
  }
}
