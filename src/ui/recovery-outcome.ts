/**
 * The last words of a recovery, on stdout and as members of the JSON envelope: what came of it, objective beside achieved,
 * what to run next. Pure.
 */
import {clockSpan, isoTime, span, timeOfDay} from './format.ts'
import type {RecoveryView} from './recovery-view.ts'
import {nextCommands, pointWords, recoverySentence} from './recovery-words.ts'
import {tookMs} from './recovery-steps.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

export interface OutcomeLook {
  readonly color?: boolean
  readonly columns?: number
}

const marks = {
  running: ['▶', 'warn'],
  paused: ['■', 'warn'],
  done: ['✔', 'good'],
  failed: ['✖', 'bad'],
  halted: ['✖', 'bad'],
} as const satisfies Readonly<Record<RecoveryView['state'], readonly [string, Tone]>>

export function recoveryOutcomeText(view: RecoveryView, {color = false, columns = 80}: OutcomeLook = {}): string {
  const [mark, tone] = marks[view.state]
  const point = pointWords(view)
  const passed = view.pointOfNoReturn !== null && view.pointOfNoReturn.passed !== null
  const lines: readonly StyledLine[] = [
    ...wrapped(recoverySentence(view), columns - 2).map((text, index): StyledLine =>
      index === 0 ? [piece(mark, tone), piece(` ${text}`)] : [piece(`  ${text}`)],
    ),
    ...(point === null || (!passed && view.state === 'failed')
      ? []
      : wrapped(point, columns - 2).map((text): StyledLine => [piece(`  ${text}`, passed ? 'strong' : 'plain')])),
    ...objectiveRows(view, columns),
    ...nextRows(view, columns),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

function objectiveRows(view: RecoveryView, columns: number): readonly StyledLine[] {
  const {asked, rtoMs, loss, objectives, facts, criticalPathMs, served} = view
  if (asked.kind !== 'promote' || view.state === 'failed') return []
  const row = (name: string, achieved: string, objective: string, met: string): StyledLine => [
    piece(`  ${padded(name, 6)}${padded(achieved, 24)}objective ${padded(objective, 10)}`),
    piece(met, met === 'missed' ? 'bad' : met === 'met' ? 'good' : 'dim'),
  ]
  return [
    [],
    row('RTO', served && rtoMs !== null ? clockSpan(rtoMs) : 'not served yet', clockSpan(asked.rtoMs), objectives.rto),
    row(
      'RPO',
      loss === null ? 'not measured' : loss.ms === null ? "can't be told" : span(loss.ms),
      clockSpan(asked.rpoMs),
      objectives.rpo,
    ),
    ...(facts.lastOldAnswerAt === null ? [] : [[piece(`  last answer from ${asked.from}: ${timeOfDay(facts.lastOldAnswerAt)}`)]]),
    ...(served && rtoMs !== null && criticalPathMs > 0
      ? wrapped(`critical path ${clockSpan(criticalPathMs)}: ${view.criticalPath.join(' → ')}`, columns - 2, '  ').map(
          (text): StyledLine => [piece(`  ${text}`, 'dim')],
        )
      : []),
    [],
  ]
}

function nextRows(view: RecoveryView, columns: number): readonly StyledLine[] {
  const passed = view.pointOfNoReturn !== null && view.pointOfNoReturn.passed !== null
  const words = {
    running: passed
      ? 'forward is the only safe direction; go on with'
      : 'nobody follows it here any more; go on, or take it back, with',
    paused: passed ? 'a person is needed now; forward is the only safe direction' : 'go on, or take it back, with',
    done: 'next',
    failed: `${view.facts.launches === null ? '' : 'what brings hosts, '}what happened, and how it stands`,
    halted: view.isSuperseded ? 'how it stands' : 'look, and go on when it is mended',
  }[view.state]
  return [
    ...wrapped(`${words}:`, columns - 2).map((text): StyledLine => [piece(`  ${text}`)]),
    ...nextCommands(view).map((text): StyledLine => [piece(`    ${text}`)]),
  ]
}

/** Members of the JSON envelope; times in ISO 8601, lengths in seconds. */
export function recoveryOutcomeJson(view: RecoveryView): object {
  const {asked, loss, facts, pointOfNoReturn} = view
  const passed = pointOfNoReturn?.passed ?? null
  return {
    run: view.run,
    kind: asked.kind,
    ...(asked.mode !== null && {mode: asked.mode}),
    service: asked.service,
    environment: asked.environment,
    account: asked.account,
    from: asked.from,
    to: asked.to,
    flip: asked.flip,
    by: asked.by,
    startedAt: isoTime(view.startedAt),
    endedAt: view.endedAt === null ? null : isoTime(view.endedAt),
    durationSeconds: inSeconds(view.elapsedMs),
    ...(asked.kind === 'promote' && {
      rtoSeconds: view.served ? inSeconds(view.rtoMs) : null,
      rtoObjectiveSeconds: inSeconds(asked.rtoMs),
      measuredLossSeconds: inSeconds(loss?.ms ?? null),
      rpoObjectiveSeconds: inSeconds(asked.rpoMs),
      lossMeasuredBy: loss?.source ?? null,
      objectives: view.objectives,
      fence: facts.fence,
      primaryAnswers: facts.primaryAnswers,
      lastOldAnswerAt: facts.lastOldAnswerAt === null ? null : isoTime(facts.lastOldAnswerAt),
      servingAt: facts.servingAt === null ? null : isoTime(facts.servingAt),
    }),
    criticalPath: view.criticalPath,
    criticalPathSeconds: inSeconds(view.criticalPathMs),
    ...(view.forecastMs !== null && {forecastSeconds: inSeconds(view.forecastMs)}),
    ...(pointOfNoReturn !== null && {
      pointOfNoReturn:
        passed === null
          ? null
          : {
              step: passed.step,
              at: isoTime(passed.at),
              by: passed.by,
              acceptedLossSeconds: inSeconds(passed.acceptedMs),
              acceptedUnknownLoss: passed.acceptedUnknown,
            },
    }),
    ...(view.question !== null && {
      question: {...(view.question.loss !== null && {lossSeconds: inSeconds(view.question.loss.ms)}), words: view.question.words},
    }),
    ...(asked.kind === 'drill' && {
      residue: facts.residue,
      rtoSeconds: facts.rtoSeconds,
      rpoSeconds: facts.rpoSeconds,
      withoutPrimary: asked.withoutPrimary,
    }),
    ...(asked.kind === 'failback' && {
      rtoSeconds: facts.rtoSeconds,
      measuredLossSeconds: inSeconds(loss?.ms ?? null),
      orphans: facts.orphans,
    }),
    ...(view.because !== '' && {because: view.because}),
    ...(facts.launches !== null && {launches: facts.launches}),
    stuck: view.stuck,
    next: nextCommands(view),
    steps: view.steps.map((step) => ({
      plan: step.plan,
      id: step.id,
      state: step.state,
      ...(step.already && {already: true}),
      ...(step.takenBack && {takenBack: true}),
      startedAt: step.startedAt === null ? null : isoTime(step.startedAt),
      seconds: step.startedAt === null ? null : inSeconds((step.endedAt ?? view.now) - step.startedAt),
      onAwsSeconds: typeof step.facts['tookMs'] === 'number' ? inSeconds(tookMs(step, view.now)) : null,
      note: step.note,
      because: step.because,
      facts: step.facts,
    })),
  }
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000))
