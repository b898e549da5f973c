import {writeFile} from 'node:fs/promises'
import {Args, Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {reportOf} from '../../use-cases/recovery/recovery-report-of.ts'
import {RecoveryCommand, recoveryFlags} from '../../use-cases/recovery/recovery-command.ts'
import {recoveryOutcomeText} from '../../ui/recovery-outcome.ts'
import {recoveryReportHtml} from '../../ui/recovery-report-html.ts'
import {recoveryReportJson} from '../../ui/recovery-report.ts'

export default class DrReport extends RecoveryCommand {
  static override description = `Everything of one recovery, from its journal: what was asked, approved, measured and left, and whether the journal is whole.

--html writes one file that needs nothing else, for auditors; --json is the same as data. Exits 0 whatever came of the run, 6 when its journal
was changed or isn't whole: then everything that is there is shown all the same, and marked.`

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
    const made = await reportOf(desk, place, args.run, clock.now())
    if (made === null)
      return {
        outcome: 'none',
        exitCode: ExitCode.done,
        data: {run: null},
        text: 'no recoveries and no drills yet\n  sluice dr drill',
      }
    const {report} = made
    const {view, chain: whole} = report
    if (flags.html !== undefined) await written(flags.html, recoveryReportHtml(report))
    const chain =
      `  journal: ${whole.events} events, `
      + `${whole.intact ? 'intact' : `BROKEN at event ${whole.brokenAt ?? 0}: nothing above can be relied on`}, `
      + `head ${whole.head?.slice(0, 16) ?? '–'}`
    const text = `${recoveryOutcomeText(view, this.look(process.stdout))}${chain}\n${flags.html === undefined ? '' : `  written: ${flags.html}\n`}`
    return {
      outcome: whole.intact ? view.state : 'journal-corrupt',
      exitCode: whole.intact ? ExitCode.done : ExitCode.halted,
      data: {...recoveryReportJson(report), ...(flags.html !== undefined && {html: flags.html})},
      text,
    }
  }
}

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
