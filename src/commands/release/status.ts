import {Args} from '@oclif/core'
import type {Outcome} from '../../command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, viewOf, whichFlags} from '../../use-cases/release/release-command.ts'
import {lastRuns, readRun} from '../../runbooks/release/find-run.ts'
import {outcomeJson} from '../../ui/outcome-json.ts'
import {frame} from '../../ui/terminal-frame.ts'
import {wantsColor} from '../../ui/choose-renderer.ts'

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
      args.run === undefined ? (await lastRuns(desk, flags.service))[0] : {run: args.run, events: await readRun(desk, args.run)}
    if (last === undefined || last.events.length === 0) {
      return {outcome: 'none', exitCode: ExitCode.done, data: {run: null}, text: 'no releases yet: sluice release IMAGE'}
    }
    const view = viewOf(last.run, last.events, clock.now())
    const text = frame(view, process.stdout.columns ?? 80, {
      color: wantsColor({isTTY: process.stdout.isTTY, env: process.env}),
    }).join('\n')
    return {outcome: view.state, exitCode: ExitCode.done, data: outcomeJson(view), text}
  }
}
