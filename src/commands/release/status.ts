import {Args} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, viewOf, whichFlags} from '../../use-cases/release/release-command.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {isHeld, readLease} from '../../runbooks/engine/lease.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {findRun, lastRuns} from '../../runbooks/release/find-run.ts'
import {readInput} from '../../runbooks/release/run-release.ts'
import {wantsColor} from '../../ui/choose-renderer.ts'
import {noReleases} from '../../ui/history-text.ts'
import {outcomeJson} from '../../ui/outcome-json.ts'
import {releaseStatusText} from '../../ui/release-status-text.ts'

export default class ReleaseStatus extends ReleaseCommand {
  static override description = 'Show where a run stands: the one named, else the newest one.'
  static override examples = [
    '<%= config.bin %> release status',
    '<%= config.bin %> release status r-20261122-183210-k3f9 --json',
  ]
  static override args = {run: Args.string({description: 'run id', name: 'RUN'})}
  static override flags = whichFlags

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(ReleaseStatus)
    const {desk, clock} = await this.openFor(flags)
    const last =
      args.run === undefined
        ? (await lastRuns(desk, flags.service))[0]
        : await findRun(desk, {run: args.run, service: flags.service})
    if (last === undefined || last === null)
      return {outcome: 'none', exitCode: ExitCode.done, data: {run: null}, text: noReleases}
    const view = viewOf(last.run, last.events, clock.now())
    const target = releaseTarget(readInput(last).input.config)
    const lease = await patiently(clock, () => readLease(desk.store, target))
    const ticks = lease !== null && lease.run === last.run && isHeld(lease, clock.now())
    const text = releaseStatusText(view, ticks ? lease : null, {
      columns: process.stdout.columns ?? 80,
      color: wantsColor({isTTY: process.stdout.isTTY, env: process.env}),
    })
    return {outcome: view.state, exitCode: ExitCode.done, data: outcomeJson(view), text}
  }
}
