/** What people said to a step that waits for them: the wishes that name it, since it first began. Whoever resumes starts it again, and the answer stands. Pure. */
import type {Whose} from '../../../config/runbook.ts'
import type {Event, EventOf, Facts} from '../../engine/event.ts'

export interface PersonsAnswer {
  readonly by: string
  readonly at: number
  /** Number of the event. */
  readonly seq: number
  readonly accepts: Facts
}

export function answersTo(step: string, events: readonly Event[]): readonly PersonsAnswer[] {
  const inForce = events.slice(
    Math.max(
      0,
      events.findLastIndex(({kind}) => kind === 'planned'),
    ),
  )
  const began = inForce.findIndex((event) => event.kind === 'step-started' && event.data.step === step)
  if (began === -1) return []
  return inForce
    .slice(began)
    .filter((event): event is EventOf<'asked'> => event.kind === 'asked' && event.data.accepts?.['step'] === step)
    .map(({at, seq, data}) => ({by: data.by, at, seq, accepts: data.accepts ?? {}}))
}

/** Who began the run, as its first event says; an empty text where it doesn't. */
export function beganBy([first]: readonly Event[]): string {
  const input = first?.kind === 'planned' ? (first.data.input as {readonly by?: unknown} | undefined) : undefined
  return typeof input?.by === 'string' ? input.by : ''
}

/** The same ARN, or the same name at the end of it: ada in another role is ada. */
export const isSamePerson = (one: string, other: string): boolean => one === other || nameOf(one) === nameOf(other)

/** Whether a person's word counts where somebody else than who began the run is wanted. */
export const counts = (whose: Whose, by: string, events: readonly Event[]): boolean =>
  whose === 'anybody' || !isSamePerson(by, beganBy(events))

const nameOf = (arn: string): string => arn.split(/[:/]/).at(-1) ?? arn

/** `arn:aws:sts::111122223333:assumed-role/oncall/ada` is `ada`, and is itself. */
export const isOneOf = (arn: string, names: readonly string[]): boolean =>
  names.length === 0 || names.includes(arn) || names.includes(nameOf(arn))
