import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {acceptFlags, followFlags, RecoveryCommand} from '../../use-cases/recovery/recovery-command.ts'
import type {Facts} from '../../runbooks/engine/event.ts'
import {findRecovery} from '../../runbooks/recovery/find-recovery.ts'
import {askRecovery, resumeRecovery} from '../../runbooks/recovery/run-recovery.ts'

export default class DrResume extends RecoveryCommand {
  static override description = `Go on with a recovery of any kind, from its journal alone, on any machine; or answer what it asks.

Where another machine is at work on the run, an answer (--accept-loss, --withdraw) is written down for it and this command ends. --withdraw
takes everything back until the point of no return; after an unplanned promotion still until the flip, if home is seen to have every row.
Exit codes are those of the command that began the run.`

  static override examples = [
    '<%= config.bin %> dr resume',
    '<%= config.bin %> dr resume r-20261122-031240-k3f9 --accept-loss 10s',
    '<%= config.bin %> dr resume r-20261122-031240-k3f9 --withdraw',
  ]

  static override args = {run: Args.string({description: 'run id; the only unfinished one if left out', name: 'RUN'})}
  static override flags = {
    ...followFlags,
    ...acceptFlags,
    withdraw: Flags.boolean({description: 'take everything back', exclusive: ['accept-loss', 'accept-unknown-loss']}),
    why: Flags.string({description: 'reason, for the journal', default: 'dr resume'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(DrResume)
    const lossMs = this.acceptedLoss(flags['accept-loss'])
    const first = await this.opened(flags, 'make-state')
    const {desk, place} = first
    const found = await findRecovery(desk, place, args.run)
    if (found === null)
      return {
        outcome: 'none',
        exitCode: ExitCode.done,
        data: {run: null},
        text: 'nothing to resume: no recovery is unfinished\n  sluice dr history',
      }
    const {run, input} = found
    // A drill that was begun without the primary goes on without it, or it would prove nothing.
    const goesWithout = input.kind === 'drill' && input.withoutPrimary
    const opened = goesWithout ? await this.opened(flags, 'make-state', {without: 'primary'}) : first
    const {world, clock} = opened
    const answer = answerOf(flags.withdraw, lossMs, flags['accept-unknown-loss'])
    if (answer !== null && !found.isFinished) await askRecovery(desk, run, answer.wish, flags.why, answer.accepts, world)
    const watching = this.follow(opened, flags.events, (id, wish, why, accepts) =>
      askRecovery(desk, id, wish, why, accepts, world),
    )
    try {
      return this.finished(await resumeRecovery(desk, run, async () => world, watching), watching.live, clock.now())
    } catch (error) {
      if (answer === null || !(error instanceof SluiceError) || error.code !== 'lease-held') throw error
      return {
        outcome: 'asked',
        exitCode: ExitCode.done,
        data: {run, wish: answer.wish},
        text: `✔ asked: whoever ticks ${run} obeys at the next tick (${error.message})\n  sluice dr status`,
      }
    } finally {
      watching.close()
    }
  }
}

interface Answer {
  readonly wish: 'abort' | 'promote'
  readonly accepts?: Facts
}

function answerOf(withdraws: boolean, lossMs: number | null, anyLoss: boolean): Answer | null {
  if (withdraws) return {wish: 'abort'}
  if (lossMs !== null) return {wish: 'promote', accepts: {lossMs}}
  return anyLoss ? {wish: 'promote', accepts: {unknown: true}} : null
}
