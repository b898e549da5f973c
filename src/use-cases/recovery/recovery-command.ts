/**
 * What the dr commands share: flags, the Regions they work in, consent, and how a run is shown and its end becomes an outcome. State,
 * lease and journal are the recovery Region's. A command adds only what it does.
 */
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {openRecovery} from '../../compose-recovery.ts'
import type {OpenRecovery} from '../../compose-recovery.ts'
import {parseDuration} from '../../config/units.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {InfraCommand, stackFlags} from '../infra/infra-command.ts'
import type {Event, Facts, Wish} from '../../runbooks/engine/event.ts'
import type {RunEnd} from '../../runbooks/engine/run-end.ts'
import {chooseRenderer} from '../../ui/choose-renderer.ts'
import {writeGithub} from '../../ui/github.ts'
import type {Live} from '../../ui/live.ts'
import {recoveryGithub} from '../../ui/recovery-github.ts'
import {openByHand} from '../../ui/recovery-open-by-hand.ts'
import {idleKeyboard, pressRecovery, recoveryPresses, resting} from '../../ui/recovery-keys.ts'
import {recoveryOutcomeJson, recoveryOutcomeText} from '../../ui/recovery-outcome.ts'
import {recoveryRenderer} from '../../ui/recovery-renderer.ts'
import {recoveryView} from '../../ui/recovery-view.ts'
import type {Keys, Watcher} from '../../watching.ts'
import {watcher} from '../../watching.ts'

export const recoveryFlags = {
  config: stackFlags.config,
  environment: stackFlags.environment,
  region: stackFlags.region,
  sandbox: stackFlags.sandbox,
}
export const followFlags = {
  ...recoveryFlags,
  events: Flags.string({description: 'append the journal as NDJSON to FILE, or to stdout with -', helpValue: 'FILE'}),
}
export const acceptFlags = {
  'accept-loss': Flags.string({description: 'promote if at most this much is lost, such as 10s', helpValue: 'DURATION'}),
  'accept-unknown-loss': Flags.boolean({description: 'promote though nobody can tell what is lost'}),
}
export const confirmFlag = Flags.string({description: "the environment's name, instead of typing it", helpValue: 'NAME'})

interface Chosen {
  readonly config: string
  readonly environment?: string | undefined
  readonly region?: string | undefined
  readonly sandbox?: string | undefined
}

interface Opening {
  readonly without?: 'none' | 'primary'
  readonly haste?: 'recovers' | 'reads'
}

export interface Opened extends OpenRecovery {
  readonly config: StackConfig
}

export interface RecoveryRan {
  readonly run: string
  readonly events: readonly Event[]
  readonly end: RunEnd
}

export interface RecoveryWatcher extends Watcher {
  readonly onRun: (run: string) => void
  readonly onWait: (words: string) => void
}

type Ask = (run: string, wish: Wish, why: string, accepts?: Facts) => Promise<unknown>

export abstract class RecoveryCommand extends InfraCommand {
  /** `without`: Regions to which no call may be sent. `haste`: see `RecoverySession`. */
  protected async opened(
    flags: Chosen,
    state: 'make-state' | 'read-state',
    {without = 'none', haste = 'recovers'}: Opening = {},
  ): Promise<Opened> {
    const config = await this.stack(flags)
    const lockedOut = without === 'none' ? [] : [...new Set([config.region, 'us-east-1'])]
    return {...(await openRecovery({config, sandbox: flags.sandbox, env: process.env, without: lockedOut, haste}, state)), config}
  }

  /** Takes the environment's name, typed or given; throws (exit 3) without it. */
  protected async consented(name: string, because: readonly string[], given: string | undefined): Promise<void> {
    await this.confirmed({question: {kind: 'type-the-name', name, text: ''}, because}, {yes: false, confirm: given})
  }

  /** What `--accept-loss` says, in ms; null: not given. */
  protected acceptedLoss(given: string | undefined): number | null {
    if (given === undefined) return null
    const ms = parseDuration(given)
    if (ms !== null) return ms
    throw new SluiceError({
      code: 'loss-invalid',
      exitCode: ExitCode.usage,
      message: `--accept-loss ${given} isn't a length of time`,
      suggestions: ['write it with its unit: --accept-loss 10s'],
    })
  }

  /** Epoch ms of a time given in UTC; null: not given. */
  protected givenTime(flag: string, given: string | undefined): number | null {
    if (given === undefined) return null
    const at = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(given) ? Date.parse(given) : NaN
    if (!Number.isNaN(at)) return at
    throw new SluiceError({
      code: 'time-invalid',
      exitCode: ExitCode.usage,
      message: `${flag} ${given} isn't a time in UTC`,
      suggestions: [`${flag} 2026-11-22T03:12:20Z`],
    })
  }

  protected follow({clock}: Pick<Opened, 'clock'>, events: string | undefined, ask: Ask): RecoveryWatcher {
    const choice = chooseRenderer({isTTY: process.stderr.isTTY, env: process.env})
    // The log has commands to copy; the picture is drawn with escape codes and has none.
    const terminal =
      choice.kind === 'lines' ? {write: (text: string) => process.stderr.write(this.printed(text))} : process.stderr
    const shown = recoveryRenderer(choice, terminal, () => clock.now())
    const watching: Watcher = watcher({
      clock,
      events,
      until: 'ended',
      env: process.env,
      show: shown,
      ask,
      goOn: (run) => this.printed(`sluice dr resume ${run}`),
      keys: keysOf(
        () => watching.live,
        () => clock.now(),
      ),
    })
    // Many steps run at once: what each waits for is kept beside what the others do.
    let waits: Readonly<Record<string, string>> = {}
    // Of a run that is resumed the events come before its name: they happened before, and are told in one piece.
    const before: Event[] = []
    let began = false
    const {onLive, onEvent} = watching
    return Object.assign(watching, {
      onEvent: (event: Event) => (began ? onEvent?.(event) : void before.push(event)),
      onRun: (run: string) => {
        began = true
        if (before.length > 0) shown.goOn(before, {run}, clock.now())
        watching.begin(run, before)
      },
      onWait: (words: string) => void process.stderr.write(`${words}\n`),
      onLive: (step: string, data: unknown) => {
        const {waitsFor} = data as Live
        if (waitsFor !== undefined) waits = {...waits, [step]: waitsFor}
        onLive?.(step, {...(data as Live), waits})
      },
    })
  }

  /** The run's end: terminal, log, JSON and GitHub's summary read the same view. */
  protected finished({run, events, end}: RecoveryRan, live: Live, now: number): Outcome {
    const view = recoveryView(events, {...live, run}, now)
    writeGithub(
      () => recoveryGithub(view),
      process.env,
      (text) => void process.stderr.write(text),
    )
    const {exitCode, note} = left(end, view.exitCode, () => openByHand(run, events))
    const text = recoveryOutcomeText(view, this.look(process.stdout))
    return {
      outcome: view.state,
      exitCode,
      data: {...recoveryOutcomeJson(view), ...(note !== null && {note})},
      text: note === null ? text : `${note}\n${text}`,
    }
  }
}

/** Keys mean what the run's view says that they mean at that moment. */
function keysOf(live: () => Live, now: () => number): Keys {
  let keyboard = idleKeyboard
  return {
    hint: resting,
    presses: recoveryPresses,
    press(key, at, events) {
      const pressed = pressRecovery(keyboard, key, recoveryView(events, live(), now()), at)
      keyboard = pressed.keyboard
      return pressed
    },
  }
}

/** What it means for the exit code that this process stopped. */
function left(
  end: RunEnd,
  ofRun: ExitCode,
  byHand: () => readonly string[] | null,
): {readonly exitCode: ExitCode; readonly note: string | null} {
  switch (end.kind) {
    case 'ended':
    case 'paused':
      return {exitCode: ofRun, note: null}
    case 'detached':
      return {exitCode: ExitCode.interrupted, note: 'Nobody ticks it here any more; what AWS has begun goes on.'}
    case 'lease-lost':
      return {exitCode: ExitCode.leaseHeld, note: `${end.to} has taken over.`}
    case 'state-unreachable':
      return {
        exitCode: ExitCode.halted,
        note: [`State can't be reached (${end.because}); nothing more was started.`, ...(byHand() ?? [])].join('\n'),
      }
  }
}
