/**
 * What the infra commands share: flags, the configuration they work with, the questions they ask, and how a run is shown and its
 * end becomes an outcome. A command adds only what it does.
 */
import {Flags} from '@oclif/core'
import type {Outcome} from '../../cli/command.ts'
import {SluiceCommand} from '../../cli/command.ts'
import {chooseStack} from '../../config/choose-stack.ts'
import type {StackChoice} from '../../config/choose-stack.ts'
import {loadStack} from '../../config/load-stack.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {recoveryShapes} from '../../config/stack-schema.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Clock} from '../../runbooks/engine/clock.ts'
import type {Lease} from '../../runbooks/engine/lease.ts'
import type {RunEnd} from '../../runbooks/engine/run-end.ts'
import type {InfraRan} from '../../runbooks/provision/drive-infra.ts'
import {chooseRenderer, wantsColor} from '../../ui/choose-renderer.ts'
import type {Question} from '../../ui/confirm.ts'
import {confirm} from '../../ui/confirm.ts'
import {timeOfDay} from '../../ui/format.ts'
import {infraOutcomeJson, infraOutcomeText} from '../../ui/infra-outcome.ts'
import type {InfraRenderer} from '../../ui/infra-renderer.ts'
import {infraRenderer} from '../../ui/infra-renderer.ts'
import type {Asked} from '../../ui/infra-question.ts'
import {infraView} from '../../ui/infra-view.ts'
import {wrapped} from '../../ui/styled-line.ts'
import type {Watcher} from '../../watching.ts'
import {watcher} from '../../watching.ts'

export const stackFlags = {
  config: Flags.string({description: 'the configuration', helpValue: 'FILE', default: 'sluice.yaml'}),
  environment: Flags.string({description: "environment, instead of the configuration's", helpValue: 'NAME'}),
  region: Flags.string({description: "home Region, instead of the configuration's", helpValue: 'REGION'}),
  shape: Flags.string({description: 'size of the stack at home', options: ['production', 'staging']}),
  'recovery-shape': Flags.string({
    description: 'how much of the recovery Region there is in peace',
    options: [...recoveryShapes],
  }),
  'full-scale': Flags.boolean({
    description: "the recovery Region at home's size, without a database of its own",
    exclusive: ['recovery-shape'],
  }),
  sandbox: Flags.string({description: 'work on this sandbox instead of AWS (SLUICE_SANDBOX)', helpValue: 'NAME'}),
}

interface Chosen extends StackChoice {
  readonly config: string
}

export interface Answers {
  readonly yes: boolean
  /** A name given with `--confirm`. */
  readonly confirm: string | undefined
}

export interface InfraWatcher extends Watcher {
  readonly shown: InfraRenderer
  readonly onRun: (run: string) => void
  readonly onWaiting: (lease: Lease) => void
}

export abstract class InfraCommand extends SluiceCommand {
  protected async stack(flags: Chosen): Promise<StackConfig> {
    return chooseStack(await loadStack(flags.config), flags)
  }

  /** How text on this stream is to be written. */
  protected look(stream: {readonly isTTY?: boolean; readonly columns?: number}): {
    readonly color: boolean
    readonly columns: number
  } {
    return {color: wantsColor({isTTY: stream.isTTY === true, env: process.env}), columns: stream.columns ?? 80}
  }

  /** Asks what the question is worth; throws (exit 3) unless the answer is yes. Without a terminal it names the exact command. */
  protected async confirmed(asked: Asked | null, answers: Answers): Promise<void> {
    if (asked === null || answered(asked.question, answers)) return
    const {question, because} = asked
    const wrongName = question.kind === 'type-the-name' && answers.confirm !== undefined
    if (process.stderr.isTTY)
      for (const line of because.flatMap((one) => wrapped(`! ${one}`, this.look(process.stderr).columns - 2, '  ')))
        process.stderr.write(`  ${line}\n`)
    const answer = wrongName ? 'no' : await confirm(question)
    if (answer === 'yes') return
    const needed = question.kind === 'type-the-name' ? ['--confirm', question.name] : ['--yes']
    const given = withoutFlags(this.argv, question.kind === 'type-the-name' ? ['--confirm'] : [])
    throw new SluiceError({
      code: answer === 'no' ? 'declined' : 'confirmation-needed',
      exitCode: ExitCode.confirmation,
      message: wrongName
        ? `--confirm ${answers.confirm ?? ''} isn't ${question.name}; nothing was changed.`
        : answer === 'no'
          ? 'Declined; nothing was changed.'
          : question.kind === 'type-the-name'
            ? `${because.join('; ')}: that needs the environment's name, and there is no terminal to ask on.`
            : 'A change needs a yes, and there is no terminal to ask on.',
      suggestions: [[this.words(), ...[...given, ...needed].map(quoted)].join(' ')],
    })
  }

  /** `sluice infra up` */
  protected words(): string {
    return `sluice ${(this.id ?? '').replaceAll(':', ' ')}`
  }

  /** The command to go on with: the same one again, which plans anew. Questions are asked again. */
  protected again(): string {
    return [this.words(), ...withoutFlags(this.argv, ['--events', '--confirm'], ['--yes', '-y', '--json']).map(quoted)].join(' ')
  }

  protected watch(clock: Clock, events: string | undefined): InfraWatcher {
    const choice = chooseRenderer({isTTY: process.stderr.isTTY, env: process.env})
    const shown = infraRenderer(choice, process.stderr, () => clock.now())
    const watching = watcher({clock, events, until: 'ended', env: process.env, show: shown, goOn: () => this.again()})
    return Object.assign(watching, {
      shown,
      onRun: (run: string) => watching.begin(run, []),
      onLive: (step: string, data: unknown) => shown.shown(step, data),
      onWaiting: ({operation, run, owner, host, expiresAt}: Lease) =>
        void process.stderr.write(
          `${timeOfDay(clock.now())} waiting for ${operation} ${run} of ${owner} on ${host}: if it is gone, `
            + `its lease ends ${timeOfDay(expiresAt)}\n`,
        ),
    })
  }

  /** The run's end: terminal, log and JSON read the same view. */
  protected ended({run, events, end}: InfraRan, shown: InfraRenderer, now: number): Outcome {
    const view = infraView(events, {...shown.live, run}, now)
    const {exitCode, note} = left(end, view.exitCode)
    const text = infraOutcomeText(view, {...this.look(process.stdout), goOn: this.again()})
    return {
      outcome: view.state,
      exitCode,
      data: {...infraOutcomeJson(view), ...(note !== null && {note})},
      text: note === null ? text : `${note}\n${text}`,
    }
  }
}

/** What it means for the exit code that this process stopped. */
function left(end: RunEnd, ofRun: ExitCode): {readonly exitCode: ExitCode; readonly note: string | null} {
  switch (end.kind) {
    case 'ended':
      return {exitCode: ofRun, note: null}
    case 'paused':
      return {exitCode: ExitCode.stillRunning, note: null}
    case 'detached':
      return {exitCode: ExitCode.interrupted, note: null}
    case 'lease-lost':
      return {exitCode: ExitCode.leaseHeld, note: `${end.to} has taken over.`}
    case 'state-unreachable':
      return {exitCode: ExitCode.halted, note: `State can't be reached (${end.because}); nothing more was started.`}
  }
}

function answered(question: Question, {yes, confirm: name}: Answers): boolean {
  switch (question.kind) {
    case 'yes-no':
      return yes
    case 'type-the-name':
      return name === question.name
  }
}

/** The words of a call without these flags (and their values), and without those switches. */
export function withoutFlags(
  argv: readonly string[],
  flags: readonly string[],
  switches: readonly string[] = [],
): readonly string[] {
  return argv.filter(
    (word, index) =>
      !switches.includes(word) && !flags.some((flag) => word === flag || word.startsWith(`${flag}=`) || argv[index - 1] === flag),
  )
}

/** As a shell would read it back. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
