import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {confirmFlag, followFlags, RecoveryCommand} from '../../use-cases/recovery/recovery-command.ts'
import {plannedSteps, settleInput} from '../../use-cases/recovery/recovery-promoting.ts'
import {askRecovery, refuseIfRecovering, startRecovery} from '../../runbooks/recovery/run-recovery.ts'
import {readStanding} from '../../runbooks/recovery/standing.ts'
import {recoveryPlanText} from '../../ui/recovery-plan-text.ts'
import {ExitCode, SluiceError} from '../../errors.ts'

export default class DrSettle extends RecoveryCommand {
  static override description = `Bring CloudFormation to where users are: after a failback, check that both stacks know their databases; for a long stay, adopt the promoted one.

With users away it needs --stay: the replica's stack gives up the database (it is retained) and takes it back as a database of its own.
Nothing is promoted and no database is replaced. Until it is settled, infra up refuses stacks with edges and databases.`

  static override examples = ['<%= config.bin %> dr settle', '<%= config.bin %> dr settle --stay --confirm production']
  static override flags = {
    ...followFlags,
    stay: Flags.boolean({description: 'users stay in the recovery Region'}),
    confirm: confirmFlag,
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrSettle)
    const opened = await this.opened(flags, 'make-state')
    const {desk, world, clock, place} = opened
    await refuseIfRecovering(desk, place)
    const input = settleInput(opened, await readStanding(desk.store, place))
    const away = input.active !== place.home
    if (away !== (flags.stay ?? false)) throw misplaced(away, place.recovery, place.home)
    if (!flags.json) process.stderr.write(recoveryPlanText(input, plannedSteps(input), this.look(process.stderr)))
    if (away)
      await this.consented(
        place.environment,
        [`The stacks of ${place.service} take ${place.recovery} for the Region where users stay`],
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

const misplaced = (away: boolean, recovery: string, home: string): SluiceError =>
  new SluiceError(
    away
      ? {
          code: 'users-away',
          exitCode: ExitCode.usage,
          message: `Users are in ${recovery}. Do they stay there, or go home first?`,
          suggestions: ['sluice dr settle --stay', 'sluice dr failback'],
        }
      : {
          code: 'users-at-home',
          exitCode: ExitCode.usage,
          message: `Users are in ${home}: they don't stay elsewhere.`,
          suggestions: ['sluice dr settle'],
        },
  )
