import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {ReleaseCommand, viewOf, whichFlags} from '../../use-cases/release/release-command.ts'
import {patiently} from '../../runbooks/engine/patience.ts'
import {isReleaseRun, readRun} from '../../runbooks/release/find-run.ts'
import {readInput} from '../../runbooks/release/run-release.ts'
import {historyRow, historyText} from '../../ui/history-text.ts'
import {outcomeJson} from '../../ui/outcome-json.ts'

export default class ReleaseHistory extends ReleaseCommand {
  static override description = 'List the runs of this account and Region, newest first.'
  static override examples = ['<%= config.bin %> release history --limit 5']
  static override flags = {...whichFlags, limit: Flags.integer({description: 'how many runs', default: 20, min: 1})}

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(ReleaseHistory)
    const {desk, clock} = await this.openFor(flags)
    const runs = (await patiently(desk.clock, () => desk.store.folders('runs/'))).toReversed()
    const views = []
    for (const run of runs) {
      if (views.length >= flags.limit) break
      const events = await readRun(desk, run)
      if (
        !isReleaseRun(events)
        || (flags.service !== undefined && readInput({run, events}).input.config.service !== flags.service)
      )
        continue
      views.push(viewOf(run, events, clock.now()))
    }
    return {
      outcome: 'listed',
      exitCode: ExitCode.done,
      data: {runs: views.map(outcomeJson)},
      text: historyText(views.map(historyRow), process.stdout.columns ?? 80),
    }
  }
}
