import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {acceptFlags, confirmFlag, followFlags, RecoveryCommand} from '../../use-cases/recovery/recovery-command.ts'
import {promoteMode} from '../../use-cases/recovery/recovery-mode.ts'
import {plannedSteps, promoteInput} from '../../use-cases/recovery/recovery-promoting.ts'
import {lookAround} from '../../use-cases/recovery/recovery-reading.ts'
import {leftFailback} from '../../runbooks/recovery/reopening.ts'
import {askRecovery, refuseIfRecovering, startRecovery} from '../../runbooks/recovery/run-recovery.ts'
import {iso} from '../../runbooks/recovery/situation.ts'
import {recoveryPlanJson, recoveryPlanText} from '../../ui/recovery-plan-text.ts'

export default class DrPromote extends RecoveryCommand {
  static override description = `Move users to the recovery Region: fence, promote the database, bring everything to size, flip, verify, report.

--planned loses nothing and needs both Regions; everything can be taken back until users are sent over. --unplanned measures what would be
lost and promotes the database once that much is accepted, up front or when it asks; after the promotion it only goes forward, unless a
person withdraws it (dr resume --withdraw). Any machine can go on with it. Exits 0 when users are served, 9 when they are but an objective
was missed, 1 when it failed and took everything back, 3 when a consent is missing, 6 when it is past the point of no return and needs a
person, 7 when somebody else is at work, 8 when it waits, 130 after Ctrl-C.`

  static override examples = [
    '<%= config.bin %> dr promote --unplanned',
    '<%= config.bin %> dr promote --unplanned --accept-loss 10s --confirm production',
    '<%= config.bin %> dr promote --planned --plan-only',
  ]

  static override flags = {
    ...followFlags,
    ...acceptFlags,
    planned: Flags.boolean({description: 'a switchover while both Regions work: nothing is lost', exclusive: ['unplanned']}),
    unplanned: Flags.boolean({description: 'the home Region is lost, or must be left', exclusive: ['planned']}),
    'last-answer': Flags.string({
      description: 'when home was last seen to answer, in UTC, if your monitoring knows',
      helpValue: 'TIME',
    }),
    'plan-only': Flags.boolean({description: 'print the steps, the critical path and the forecast, and change nothing'}),
    confirm: confirmFlag,
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrPromote)
    const mode = promoteMode(flags, this.argv)
    const accepted = {
      acceptLossMs: this.acceptedLoss(flags['accept-loss']),
      acceptUnknownLoss: flags['accept-unknown-loss'],
      lastAnswerAt: this.givenTime('--last-answer', flags['last-answer']),
    }
    const opened = await this.opened(flags, flags['plan-only'] ? 'read-state' : 'make-state')
    const {desk, world, clock, place} = opened
    if (!flags['plan-only']) await refuseIfRecovering(desk, place, (open) => mode === 'unplanned' && leftFailback(open) !== null)
    const input = await promoteInput(opened, await lookAround(opened), {mode, ...accepted})
    const steps = plannedSteps(input)
    const text = recoveryPlanText(input, steps, this.look(flags['plan-only'] ? process.stdout : process.stderr))
    if (flags['plan-only']) return {outcome: 'planned', exitCode: ExitCode.done, data: recoveryPlanJson(input, steps), text}
    if (!flags.json) process.stderr.write(text)
    await this.consented(
      place.environment,
      [
        `Users of ${place.service} move from ${place.home} to ${place.recovery}; coming back is a failback`,
        ...(input.reopens?.what === 'opens'
          ? [`Nothing replicates there yet: what they wrote in ${place.home} since ${iso(input.reopens.flippedAt)} is given up`]
          : []),
      ],
      flags.confirm,
    )
    const watching = this.follow(opened, flags.events, (run, wish, why, accepts) =>
      askRecovery(desk, run, wish, why, accepts, world),
    )
    try {
      return this.finished(await startRecovery(desk, input, world, watching), watching.live, clock.now())
    } finally {
      watching.close()
    }
  }
}
