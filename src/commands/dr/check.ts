import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {ExitCode} from '../../errors.ts'
import {RecoveryCommand, recoveryFlags} from '../../use-cases/recovery/recovery-command.ts'
import {planLint} from '../../use-cases/recovery/recovery-lint.ts'
import {keepReadiness, lookAround, writeDownCapacity, readinessNow} from '../../use-cases/recovery/recovery-reading.ts'
import {readinessExit} from '../../runbooks/recovery/readiness/read-readiness.ts'
import {lintText} from '../../ui/recovery-lint-text.ts'
import {readinessText} from '../../ui/readiness-text.ts'

export default class DrCheck extends RecoveryCommand {
  static override description = `Would a failover that begins now keep its objectives? Each thing it relies on, looked at by itself and priced in minutes.

Made for cron: exits 0 when it is ready, 9 when an objective can't be kept or something is broken, 8 when nothing is known to be broken but
not everything could be asked. It also writes down what production needs, where a failover will look for it. With --lint it asks nothing of
AWS and reads the plan of an unplanned failover instead: no step may need us-east-1 or the home Region (exit 9).`

  static override examples = [
    '<%= config.bin %> dr check',
    '<%= config.bin %> dr check --all',
    '<%= config.bin %> dr check --lint',
  ]
  static override flags = {
    ...recoveryFlags,
    lint: Flags.boolean({description: 'read the plan alone: does it need anything that may be lost?'}),
    all: Flags.boolean({description: 'list what is fine one by one, too'}),
  }

  protected override async execute(): Promise<Outcome> {
    const {flags} = await this.parse(DrCheck)
    if (flags.lint) return this.linted(flags)
    const opened = await this.opened(flags, 'make-state', {haste: 'reads'})
    const {place} = opened
    const around = await lookAround(opened)
    // First, so that its age is part of what is found.
    await writeDownCapacity(opened, around)
    const readiness = await readinessNow(opened, around)
    await keepReadiness(opened, readiness)
    const exitCode = readinessExit(readiness)
    return {
      outcome: exitCode === ExitCode.done ? 'ready' : exitCode === ExitCode.objectiveMissed ? 'not-ready' : 'unknown',
      exitCode,
      data: readiness,
      text: readinessText(readiness, place, {...this.look(process.stdout), fine: flags.all ? 'listed' : 'counted'}),
    }
  }

  private async linted(flags: {readonly config: string}): Promise<Outcome> {
    const linted = await planLint(await this.stack(flags))
    const found = linted.some(({findings}) => findings.length > 0)
    return {
      outcome: found ? 'found' : 'clean',
      exitCode: found ? ExitCode.objectiveMissed : ExitCode.done,
      data: {plans: linted},
      text: lintText(linted, this.look(process.stdout)),
    }
  }
}
