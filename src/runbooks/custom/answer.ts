/** Reads a call's answer: whether it says what was wanted, and what is kept of it. Pure. */
import {atPath} from '../../config/runbook-references.ts'
import type {DoneWhen} from '../../config/runbook.ts'
import type {Facts, Json} from '../engine/event.ts'

export type Answered = {readonly kind: 'done'} | {readonly kind: 'not-yet'; readonly waitsFor: string}

export function answered(doneWhen: DoneWhen | null, answer: Json): Answered {
  if (doneWhen === null) return {kind: 'done'}
  const found = atPath(answer, doneWhen.path)
  const is = `${doneWhen.path} is ${found === undefined ? 'not there' : short(found)}`
  if ('exists' in doneWhen) {
    return (found !== undefined && found !== null) === doneWhen.exists
      ? {kind: 'done'}
      : {kind: 'not-yet', waitsFor: `${is}; ${doneWhen.exists ? 'it should be there' : 'it should be gone'}`}
  }
  const wanted = 'equals' in doneWhen ? [doneWhen.equals] : doneWhen.in
  return wanted.some((one) => same(one, found))
    ? {kind: 'done'}
    : {kind: 'not-yet', waitsFor: `${is}; wanted ${wanted.map(short).join(' or ')}`}
}

/** Facts by their paths; what isn't there is null, so that whoever refers to it finds nothing and not an error. */
export const kept = (keep: Readonly<Record<string, string>>, answer: Json): Facts =>
  Object.fromEntries(Object.entries(keep).map(([fact, path]) => [fact, (atPath(answer, path) ?? null) as Json]))

const same = (wanted: unknown, found: unknown): boolean => JSON.stringify(wanted) === JSON.stringify(found)

function short(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
