import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {confirmFlag, followFlags, RecoveryCommand} from '../../use-cases/recovery/recovery-command.ts'
import {drillInputOf} from '../../use-cases/recovery/recovery-drilling.ts'
import {plannedSteps, promoteInput} from '../../use-cases/recovery/recovery-promoting.ts'
import {lookAround} from '../../use-cases/recovery/recovery-reading.ts'
import {askRecovery, refuseIfRecovering, startRecovery} from '../../runbooks/recovery/run-recovery.ts'
import {recoveryPlanText} from '../../ui/recovery-plan-text.ts'

export default class DrDrill extends RecoveryCommand {
  static override description = `Rehearse a failover without touching production: a database from the newest recovery point, tasks, synthetic requests.

Everything has names and tags of its own and an expiry, is removed at the end, and an inventory proves that nothing is left. With
--without-primary no call goes to the home Region or us-east-1 while it runs. --live is the real thing: a planned switchover, with its own
consent. Exits 0 when the rehearsal went well and nothing is left, 1 when it failed and nothing is left, 6 when something couldn't be removed.`

  static override examples = [
    '<%= config.bin %> dr drill',
    '<%= config.bin %> dr drill --without-primary --json',
    '<%= config.bin %> dr drill --clean',
    '<%= config.bin %> dr drill --live --confirm production',
  ]

  static override flags = {
    ...followFlags,
    'without-primary': Flags.boolean({description: 'send no call to the home Region or us-east-1', exclusive: ['live']}),
    live: Flags.boolean({description: 'move users for real, in peace: dr promote --planned'}),
    clean: Flags.boolean({description: 'remove what earlier drills have left, and rehearse nothing', exclusive: ['live']}),
    confirm: confirmFlag,
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrDrill)
    if (flags.confirm !== undefined && !flags.live) {
      throw new SluiceError({
        code: 'nothing-to-confirm',
        exitCode: ExitCode.usage,
        message: '--confirm goes with --live: a drill moves nobody.',
        suggestions: ['sluice dr drill'],
      })
    }
    const opened = await this.opened(flags, 'make-state', {without: flags['without-primary'] ? 'primary' : 'none'})
    const {desk, world, clock, place} = opened
    await refuseIfRecovering(desk, place)
    const around = await lookAround(opened)
    const input = flags.live
      ? await promoteInput(opened, around, {mode: 'planned', acceptLossMs: null, acceptUnknownLoss: false, lastAnswerAt: null})
      : await drillInputOf(opened, around, {withoutPrimary: flags['without-primary'], clean: flags.clean})
    if (!flags.json) process.stderr.write(recoveryPlanText(input, plannedSteps(input), this.look(process.stderr)))
    if (flags.live) {
      await this.consented(
        place.environment,
        [
          `This is no rehearsal: users of ${place.service} move from ${place.home} to ${place.recovery}; `
            + 'coming back is a failback',
        ],
        flags.confirm,
      )
    }
    const watching = this.follow(opened, flags.events, (run, wish, why, accepts) => askRecovery(desk, run, wish, why, accepts))
    try {
      const outcome = this.finished(await startRecovery(desk, input, world, watching), watching.live, clock.now())
      return flags['without-primary'] ? {...outcome, data: {...outcome.data, refusedCalls: opened.refused()}} : outcome
    } finally {
      watching.close()
    }
  }
}
