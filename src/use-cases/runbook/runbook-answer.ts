/** What a person answers to a step that waits for them: found wrong here, before anything is written into a journal. */
import {Flags} from '@oclif/core'
import type {OwnStep} from '../../config/runbook.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event, Facts} from '../../runbooks/engine/event.ts'
import {runState} from '../../runbooks/engine/run-state.ts'
import {counts, isOneOf} from '../../runbooks/custom/steps/answers.ts'
import {isUnsure} from '../../runbooks/custom/steps/made-once.ts'

export interface AnswerFlags {
  readonly done?: string | undefined
  readonly evidence?: string | undefined
  readonly approve?: string | undefined
  readonly again?: string | undefined
}

/** Flags of who answers. */
export const answerFlags = {
  done: Flags.string({description: 'this step is done', helpValue: 'STEP', exclusive: ['approve', 'withdraw']}),
  again: Flags.string({
    description: 'make this step again, which may have been made already',
    helpValue: 'STEP',
    exclusive: ['done', 'approve', 'withdraw'],
  }),
  evidence: Flags.string({description: 'what shows it', helpValue: 'TEXT'}),
  approve: Flags.string({description: 'yes to this step', helpValue: 'STEP', exclusive: ['withdraw']}),
}

/** The answer in words, for the journal. */
export const answerWords = ({done, approve, again}: AnswerFlags): string =>
  done !== undefined ? `${done} is done` : again !== undefined ? `${again} again` : `yes to ${approve ?? ''}`

/** What is to be written; null: nothing was answered. Throws exit 2, or 3 for a yes that isn't this person's to give. */
export function answerOf(flags: AnswerFlags, steps: readonly OwnStep[], events: readonly Event[], who: string): Facts | null {
  const id = flags.done ?? flags.approve ?? flags.again
  if (id === undefined) {
    if (flags.evidence !== undefined) throw wrong('--evidence goes with --done STEP', ExitCode.usage)
    return null
  }
  const own = steps.find((one) => one.id === id)
  if (own !== undefined && flags.approve === undefined && isStuckUndo(own, events)) {
    if (flags.again !== undefined) throw wrong(`a resume tries to take ${id} back again by itself`, ExitCode.usage)
    return {step: id, undone: true, evidence: evidenceOf(id, flags)}
  }
  if (own !== undefined && flags.approve === undefined && isUnsure(own, events))
    return flags.again === undefined ? {step: id, done: true, evidence: evidenceOf(id, flags)} : {step: id, again: true}
  if (flags.again !== undefined) throw wrong(`nobody asks whether ${id} shall be made again; nothing was written`, ExitCode.usage)
  const kind = flags.done === undefined ? 'approval' : 'manual'
  const waiting = steps.filter(({does}) => does.kind === kind).map((one) => one.id)
  const step = steps.find((one) => one.id === id)
  if (step === undefined || step.does.kind !== kind) {
    const known = waiting.length === 0 ? '' : `; there ${waiting.length === 1 ? 'is' : 'are'} ${waiting.join(', ')}`
    throw wrong(`${id} isn't a step ${kind === 'manual' ? 'that a person does' : 'that asks for a yes'}${known}`, ExitCode.usage)
  }
  if (runState(events).steps.get(id)?.kind !== 'started')
    throw wrong(`${id} isn't waiting for anybody now; nothing was written`, ExitCode.usage)
  if ((step.does.kind === 'approval' || step.does.kind === 'manual') && !counts(step.does.by, who, events))
    throw wrong(`${who} began this run: somebody else's word is wanted for ${id}`, ExitCode.confirmation)
  if (step.does.kind === 'approval') {
    if (!isOneOf(who, step.does.names))
      throw wrong(`${who} isn't one of ${step.does.names.join(', ')}: this yes isn't yours to give`, ExitCode.confirmation)
    return {step: id, approved: true}
  }
  if (step.does.kind === 'manual' && step.does.evidence === 'required' && (flags.evidence ?? '').trim() === '')
    throw wrong(`${id} needs what shows that it is done: --evidence TEXT`, ExitCode.usage)
  return {step: id, done: true, ...(flags.evidence !== undefined && {evidence: flags.evidence})}
}

/** Its `undo` failed for good, and the run stands still because of it. */
function isStuckUndo({title}: OwnStep, events: readonly Event[]): boolean {
  const {paused} = runState(events)
  return paused?.by === 'sluice' && paused.because.startsWith(`${title}: couldn't be taken back`)
}

function evidenceOf(id: string, {evidence = ''}: AnswerFlags): string {
  if (evidence.trim() === '') throw wrong(`${id} needs what shows that it is done: --evidence TEXT`, ExitCode.usage)
  return evidence
}

const wrong = (message: string, exitCode: ExitCode): SluiceError => new SluiceError({code: 'answer-invalid', exitCode, message})
