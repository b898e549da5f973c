import {writeFile} from 'node:fs/promises'
import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../command.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {RecoveryCommand, recoveryFlags} from '../../recovery-command.ts'
import {callsOfRecovery} from '../../recovery-promoting.ts'
import {findRecovery, recoveryRuns} from '../../runbooks/recovery/find-recovery.ts'
import {recoveryRow} from '../../ui/recovery-history.ts'
import {recoveryOutcomeText} from '../../ui/recovery-outcome.ts'
import {recoveryReportHtml} from '../../ui/recovery-report-html.ts'
import {recoveryReport, recoveryReportJson} from '../../ui/recovery-report.ts'
import {recoveryView} from '../../ui/recovery-view.ts'

export default class DrReport extends RecoveryCommand {
  static override description = `Everything of one recovery, from its journal: what was asked, approved, measured and left, and whether the journal is whole.

--html writes one file that needs nothing else, for auditors; --json is the same as data. Exits 0 whatever came of the run.`

  static override examples = [
    '<%= config.bin %> dr report r-20261122-031240-k3f9 --html report.html',
    '<%= config.bin %> dr report --json',
  ]
  static override args = {run: Args.string({description: 'run id; the newest if left out', name: 'RUN'})}
  static override flags = {
    ...recoveryFlags,
    html: Flags.string({description: 'write the report as one HTML file', helpValue: 'FILE'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {args, flags} = await this.parse(DrReport)
    const {desk, place, clock} = await this.opened(flags, 'read-state')
    const runs = await recoveryRuns(desk, place, trendRuns)
    const found = args.run === undefined ? runs[0] : await findRecovery(desk, place, args.run)
    if (found === undefined || found === null)
      return {
        outcome: 'none',
        exitCode: ExitCode.done,
        data: {run: null},
        text: 'no recoveries and no drills yet\n  sluice dr drill',
      }
    const viewed = (run: string, events: typeof found.events) => recoveryView(events, {run}, clock.now())
    const view = viewed(found.run, found.events)
    const report = recoveryReport(
      view,
      found.events,
      callsOfRecovery(found.input, view.planHash),
      runs.map(({run, events}) => recoveryRow(viewed(run, events))),
    )
    if (flags.html !== undefined) await written(flags.html, recoveryReportHtml(report))
    const chain =
      `  journal: ${report.chain.events} events, `
      + `${report.chain.intact ? 'intact' : `BROKEN at event ${report.chain.brokenAt ?? 0}`}, `
      + `head ${report.chain.head?.slice(0, 16) ?? '–'}`
    const text = `${recoveryOutcomeText(view, this.look(process.stdout))}${chain}\n${flags.html === undefined ? '' : `  written: ${flags.html}\n`}`
    return {
      outcome: view.state,
      exitCode: ExitCode.done,
      data: {...recoveryReportJson(report), ...(flags.html !== undefined && {html: flags.html})},
      text,
    }
  }
}

const trendRuns = 40

async function written(path: string, page: string): Promise<void> {
  await writeFile(path, page).catch((cause: unknown) => {
    throw new SluiceError({
      code: 'not-written',
      exitCode: ExitCode.usage,
      message: `${path} can't be written: ${(cause as Error).message}`,
      cause,
    })
  })
}
