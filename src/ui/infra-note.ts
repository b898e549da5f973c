/** What one line of a provisioning run says of itself, in a few words; terminal, log and JSON share it. Pure. */
import {counted, duration, span} from './format.ts'
import type {InfraLine} from './infra-view.ts'

type UnderWay = NonNullable<InfraLine['progress']>['underWay'][number]

export function infraNote(line: InfraLine): string {
  switch (line.state) {
    case 'done':
      return isStatus(line.note) ? finished(line) : line.note!
    case 'failed':
      return line.because ?? 'failed'
    case 'running':
      if (line.doing.length === 0) return waiting(line, 'goes on')
      return counts(line) ?? (line.waitsFor === null ? line.doing.join(', ') : readable(line.waitsFor))
    case 'waiting':
      return waiting(line, 'waiting')
    case 'stopped':
      return 'left; what AWS began goes on'
    case 'skipped':
      return 'not begun'
  }
}

/** Of a stack in which something failed. */
export const settling = 'the stack fails when the rest has settled'

function waiting({needs: [first, ...more]}: InfraLine, otherwise: string): string {
  if (first === undefined) return otherwise
  return more.length < 2 ? `waits for ${[first, ...more].join(', ')}` : `waits for ${first} and ${more.length} more`
}

/** Bare statuses say nothing that the line's mark doesn't. */
export const isStatus = (note: string | null): boolean => note === null || /^[A-Z_]*$/.test(note)
const finished = ({progress, note}: InfraLine): string =>
  progress !== null && progress.total > 0 ? counted(progress.total, 'resource') : note === null ? 'done' : readable(note)

/** CloudFormation's statuses in lower case; everything else as it is. */
export const readable = (text: string): string =>
  text.replace(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (status) => status.toLowerCase().replaceAll('_', ' '))

/** `152 of 213 resources` */
export function counts({progress, state}: InfraLine): string | null {
  if (progress === null || progress.total === 0) return null
  const words = state === 'running' ? statusWords(progress.status) : ''
  return `${progress.done} of ${progress.total}${words}`
}

/** What CloudFormation is at, when it isn't simply creating. */
function statusWords(status: string): string {
  const word = [
    [/CLEANUP/, 'cleaning up'],
    [/ROLLBACK/, 'rolling back'],
    [/^UPDATE/, 'updating'],
    [/^DELETE/, 'deleting'],
  ] as const
  const found = word.find(([pattern]) => pattern.test(status))?.[1]
  return found === undefined ? ' resources' : ` resources, ${found}`
}

/** `Database/Instance 4m10s of usually ~10 min` */
export const underWayWords = (one: UnderWay, now: number): string => `${one.path} ${sinceWords(one, now)}`

export function sinceWords({since, usualSeconds}: UnderWay, now: number): string {
  const passed = Math.max(0, now - since)
  // Nobody knows how long a deletion usually takes.
  if (usualSeconds < 2) return duration(passed)
  const late = usualSeconds >= 30 && passed > usualSeconds * 2000 ? ', which is long' : ''
  return `${duration(passed)} of usually ~${roughly(usualSeconds)}${late}`
}

/** A usual time is known to a minute at best. */
const roughly = (seconds: number): string => span((seconds < 60 ? Math.max(1, seconds) : Math.round(seconds / 60) * 60) * 1000)
