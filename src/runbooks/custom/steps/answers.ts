/** What people said to a step that waits for them: the wishes that name it, since it first began. Whoever resumes starts it again, and the answer stands. Pure. */
import type {Event, EventOf, Facts} from '../../engine/event.ts'

export interface PersonsAnswer {
  readonly by: string
  readonly at: number
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
    .map(({at, data}) => ({by: data.by, at, accepts: data.accepts ?? {}}))
}

/** `arn:aws:sts::111122223333:assumed-role/oncall/ada` is `ada`, and is itself. */
export const isOneOf = (arn: string, names: readonly string[]): boolean =>
  names.length === 0 || names.includes(arn) || names.includes(arn.split(/[:/]/).at(-1) ?? arn)
