/**
 * What the runbook commands share: where runbooks lie, the account they are shown for, consent, and how a run is shown and its end
 * becomes an outcome. State, lease and journal are the recovery Region's, as with `sluice dr`.
 */
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {recoverySettings} from '../../config/recovery-config.ts'
import {loadExtension, loadRunbooks, runbooksBeside} from '../../config/runbook-load.ts'
import type {LoadedRunbook} from '../../config/runbook-load.ts'
import {recoveries} from '../../config/runbook.ts'
import type {OwnRunbook, RecoveryName} from '../../config/runbook.ts'
import {isBuiltIn, builtInSteps as comesWith} from '../../config/runbook-uses.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {RecoveryCommand, recoveryFlags} from '../recovery/recovery-command.ts'
import type {Opened} from '../recovery/recovery-command.ts'
import {aboutRecoveries, builtInSteps} from '../../runbooks/custom/built-in-recoveries.ts'
import type {CustomRan} from '../../runbooks/custom/run-custom.ts'
import type {Event} from '../../runbooks/engine/event.ts'
import {recoveryPlace} from '../../runbooks/recovery/place.ts'
import type {Place} from '../../runbooks/recovery/place.ts'
import type {RunbookInput} from '../../runbooks/custom/input.ts'
import {account} from '../../ui/format.ts'
import {runbookLog} from '../../ui/runbook-log.ts'
import {runbookOutcomeJson, runbookOutcomeText} from '../../ui/runbook-outcome.ts'
import {ownSheet, recoverySheet} from '../../ui/runbook-sheet.ts'
import type {Sheet} from '../../ui/runbook-sheet.ts'
import {runbookView} from '../../ui/runbook-view.ts'
import type {Watcher} from '../../watching.ts'
import {watcher} from '../../watching.ts'

export const runbookFlags = {
  ...recoveryFlags,
  directory: Flags.string({description: 'where the runbooks lie (runbooks/ beside the configuration)', helpValue: 'DIR'}),
}

interface Chosen {
  readonly config: string
  readonly directory?: string | undefined
  readonly environment?: string | undefined
  readonly region?: string | undefined
  readonly sandbox?: string | undefined
}

export interface RunbookWatcher extends Watcher {
  readonly onBegin: (input: RunbookInput) => (run: string, events: readonly Event[]) => void
}

/** Stands where nobody could tell the account. */
const unknownAccount = 'ACCOUNT'

export abstract class RunbookCommand extends RecoveryCommand {
  protected async loaded(flags: Chosen): Promise<readonly LoadedRunbook[]> {
    return loadRunbooks(flags.directory ?? runbooksBeside(flags.config))
  }

  /** The built-in recovery or the runbook of that name, as a sheet. */
  protected async sheet(name: string, found: LoadedRunbook | null, flags: Chosen, known: string | undefined): Promise<Sheet> {
    const config = await this.stack(flags)
    const place = placeOf(config, known ?? (await this.accountOf(flags)))
    const settings = recoverySettings(config)
    const recovery = recoveries.find((one) => one === (found?.runbook.kind === 'extension' ? found.runbook.extends : name))
    if (recovery === undefined) return ownSheet(found?.runbook as OwnRunbook, place, settings)
    const extension = found?.runbook.kind === 'extension' ? found.runbook : await extensionOf(settings.extend, recovery)
    return recoverySheet(
      {name: recovery, about: aboutRecoveries[recovery], settings, extension},
      await builtInSteps(recovery, {config, place, settings, extension}),
      place,
    )
  }

  /** What is printed in peace should have the account in its names; without credentials it is left to be filled in. */
  private async accountOf(flags: Chosen): Promise<string> {
    return this.opened(flags, 'read-state').then(
      ({place}) => place.account,
      (error: unknown) => {
        if (
          error instanceof SluiceError
          && error.code !== 'config-invalid'
          && error.code !== 'config-missing'
          && error.code !== 'no-recovery-region'
        )
          return unknownAccount
        throw error
      },
    )
  }

  /** A runbook that changes something is asked for with everything that tells where. */
  protected async agreed(runbook: OwnRunbook, {place, arn}: Opened, yes: boolean): Promise<void> {
    const changing = runbook.steps.filter(
      ({does}) =>
        does.kind === 'change' || (does.kind === 'uses' && isBuiltIn(does.uses) && comesWith[does.uses].changes !== 'nothing'),
    )
    if (changing.length === 0) return
    const text = `  run ${runbook.name} on ${place.service} ${place.environment} in ${account(place.account)} as ${arn}: ${changing.map(({id}) => id).join(', ')} change something?`
    await this.confirmed({question: {kind: 'yes-no', text}, because: []}, {yes, confirm: undefined})
  }

  protected watchRun({clock}: Opened, events: string | undefined): RunbookWatcher {
    const log = runbookLog((text) => void process.stderr.write(this.printed(text)))
    const goOn = (run: string): string => this.printed(`sluice runbook resume ${run}`)
    const watching = watcher({clock, events, until: 'ended', env: process.env, show: log, goOn})
    return Object.assign(watching, {
      onLive: (step: string, data: unknown) => log.shown(step, data, clock.now()),
      onBegin: (input: RunbookInput) => (run: string, known: readonly Event[]) => {
        log.begin(run, input, known)
        watching.begin(run, known)
      },
    })
  }

  protected came({run, input, events, end}: CustomRan, now: number): Outcome {
    const view = runbookView(run, input, events, now)
    const exitCode =
      end.kind === 'detached'
        ? ExitCode.interrupted
        : end.kind === 'lease-lost'
          ? ExitCode.leaseHeld
          : end.kind === 'state-unreachable'
            ? ExitCode.halted
            : view.exitCode
    const note =
      end.kind === 'lease-lost'
        ? `${end.to} has taken over.\n`
        : end.kind === 'state-unreachable'
          ? `State can't be reached (${end.because}); nothing more was started.\n`
          : ''
    return {outcome: view.state, exitCode, data: runbookOutcomeJson(view), text: `${note}${runbookOutcomeText(view)}`}
  }
}

function placeOf(config: StackConfig, accountId: string): Place {
  const place = recoveryPlace(config, accountId)
  if (place !== null) return place
  throw new SluiceError({
    code: 'no-recovery-region',
    exitCode: ExitCode.usage,
    message: 'sluice.yaml names no recovery Region: runbooks work there.',
    suggestions: ['add `stack.recovery.region` to sluice.yaml'],
  })
}

const extensionOf = async (where: string | null, recovery: RecoveryName) =>
  where === null ? null : loadExtension(where, recovery)
