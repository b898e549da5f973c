/** What a person answers to a step that waits for them: found wrong here, before anything is written into a journal. Pure. */
import type {OwnStep} from './config/runbook.ts'
import {ExitCode, SluiceError} from './errors.ts'
import type {Event, Facts} from './runbooks/engine/event.ts'
import {runState} from './runbooks/engine/run-state.ts'
import {isOneOf} from './runbooks/custom/steps/answers.ts'

export interface AnswerFlags {
  readonly done?: string | undefined
  readonly evidence?: string | undefined
  readonly approve?: string | undefined
}

/** What is to be written; null: nothing was answered. Throws exit 2, or 3 for a yes that isn't this person's to give. */
export function answerOf(flags: AnswerFlags, steps: readonly OwnStep[], events: readonly Event[], who: string): Facts | null {
  const id = flags.done ?? flags.approve
  if (id === undefined) {
    if (flags.evidence !== undefined) throw wrong('--evidence goes with --done STEP', ExitCode.usage)
    return null
  }
  const kind = flags.done === undefined ? 'approval' : 'manual'
  const waiting = steps.filter(({does}) => does.kind === kind).map((one) => one.id)
  const step = steps.find((one) => one.id === id)
  if (step === undefined || step.does.kind !== kind) {
    const known = waiting.length === 0 ? '' : `; there ${waiting.length === 1 ? 'is' : 'are'} ${waiting.join(', ')}`
    throw wrong(`${id} isn't a step ${kind === 'manual' ? 'that a person does' : 'that asks for a yes'}${known}`, ExitCode.usage)
  }
  if (runState(events).steps.get(id)?.kind !== 'started')
    throw wrong(`${id} isn't waiting for anybody now; nothing was written`, ExitCode.usage)
  if (step.does.kind === 'approval') {
    if (!isOneOf(who, step.does.names))
      throw wrong(`${who} isn't one of ${step.does.names.join(', ')}: this yes isn't yours to give`, ExitCode.confirmation)
    return {step: id, approved: true}
  }
  if (step.does.kind === 'manual' && step.does.evidence === 'required' && (flags.evidence ?? '').trim() === '')
    throw wrong(`${id} needs what shows that it is done: --evidence TEXT`, ExitCode.usage)
  return {step: id, done: true, ...(flags.evidence !== undefined && {evidence: flags.evidence})}
}

const wrong = (message: string, exitCode: ExitCode): SluiceError => new SluiceError({code: 'answer-invalid', exitCode, message})
