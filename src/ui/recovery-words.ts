/**
 * Sentences about a recovery that several screens say: where it stands, what was lost, what is left,
 * which command comes next. Pure.
 */
import {failoverCommand} from '../runbooks/recovery/failback-steps/while-home-lives.ts'
import {counted, duration, span, timeOfDay} from './format.ts'
import type {RecoveryKind} from './recovery-input.ts'
import type {MeasuredLoss} from './recovery-facts.ts'
import type {RecoveryView} from './recovery-view.ts'

const verbs: Readonly<Record<RecoveryKind, string>> = {
  promote: 'dr promote',
  drill: 'dr drill',
  failback: 'dr failback',
  settle: 'dr settle',
  custom: 'runbook',
}

/** `dr promote` */
export const operation = ({asked}: Pick<RecoveryView, 'asked'>): string => verbs[asked.kind]

/** `shop production, eu-west-1 → eu-central-1, unplanned` */
export const subject = ({asked: {service, environment, from, to, mode}}: Pick<RecoveryView, 'asked'>): string =>
  `${service} ${environment}, ${from === to ? to : `${from} → ${to}`}${mode === null ? '' : `, ${mode}`}`

/**
 * A loss that is safe to accept on the command line: the measured one, up to the next 5 s. It grows while the question stands.
 */
const acceptable = (lossMs: number): string => `${Math.max(5, Math.ceil((lossMs + 1000) / 5000) * 5)}s`

export function lossWords(loss: MeasuredLoss | null, limitMs: number): string {
  if (loss === null) return 'loss not measured yet'
  if (loss.ms === null) return `loss can't be told (limit ${span(limitMs)})`
  return `${span(loss.ms)} (limit ${span(limitMs)})`
}

export function primaryWords({asked, facts: {primaryAnswers, primaryLastRowAt}}: RecoveryView): string {
  if (primaryAnswers === null) return 'not asked yet'
  if (primaryAnswers) return `answers${primaryLastRowAt === null ? '' : `, last row ${timeOfDay(primaryLastRowAt)}`}`
  return asked.lastAnswerAt === null ? 'no answer' : `no answer since ${timeOfDay(asked.lastAnswerAt)}`
}

/** The one line about the point of no return; null where the plan has none. */
export function pointWords({pointOfNoReturn}: RecoveryView): string | null {
  if (pointOfNoReturn === null) return null
  const {passed, step} = pointOfNoReturn
  if (passed === null) return `before the point of no return (${step}): all of it can be taken back`
  const accepted =
    passed.acceptedMs !== null
      ? `, accepting ${span(passed.acceptedMs)}`
      : passed.acceptedUnknown
        ? ", accepting a loss that can't be told"
        : ''
  const back = passed.mayWithdraw ? '; until the flip --withdraw goes back, while home has everything' : ''
  return `POINT OF NO RETURN passed ${timeOfDay(passed.at)}${passed.by === '' ? '' : ` by ${who(passed.by)}`}${accepted}${back}`
}

/** What consent means, by what is under way. */
export const asksWhat: Readonly<Record<RecoveryKind, string>> = {
  promote: 'Promote',
  drill: 'Go on',
  failback: 'Go home',
  settle: 'Go on',
  custom: 'Go on',
}
const forwardOnly = 'After it forward is the only way.'
export const noWayBack: Readonly<Record<RecoveryKind, string>> = {
  promote: 'After it there is no way back but a failback.',
  drill: forwardOnly,
  failback: forwardOnly,
  settle: forwardOnly,
  custom: forwardOnly,
}

/** `arn:aws:sts::1:assumed-role/oncall/mira` → `oncall/mira`. */
export const who = (arn: string): string => (arn.startsWith('arn:') ? arn.split('/').slice(1).join('/') || arn : arn)

/** One sentence: how it stands or how it ended. */
export function recoverySentence(view: RecoveryView): string {
  const what = `${operation(view)} of ${subject(view)}`
  switch (view.state) {
    case 'running':
      return `${what} is on its way since ${timeOfDay(view.startedAt)}`
    case 'paused':
      return `${what} is paused: ${view.because}`
    case 'done':
      return doneSentence(view, what)
    case 'failed':
      return `${what} failed: ${view.because}. ${undoneWords(view)}`
    case 'halted':
      return view.isSuperseded ? `${what} is over: ${view.because}` : `${what} halted: ${view.because}; a person is needed now`
  }
}

function doneSentence(view: RecoveryView, what: string): string {
  const {asked, rtoMs, loss, facts, objectives} = view
  switch (asked.kind) {
    case 'promote': {
      const lost = loss === null ? '' : `, ${loss.ms === 0 ? 'nothing lost' : `loss ${lossWords(loss, asked.rpoMs)}`}`
      const missed = objectives.rto === 'missed' || objectives.rpo === 'missed' ? ': an objective was MISSED' : ''
      return (
        `${what}: users are served from ${asked.to} after ${duration(rtoMs ?? 0)} (objective `
        + `${span(asked.rtoMs)})${lost}${missed}`
      )
    }
    case 'drill':
      return (
        `${what} done after ${duration(view.elapsedMs)}; `
        + `${facts.residue === null ? "what is left of it isn't known" : facts.residue === 0 ? 'nothing is left of it' : `${counted(facts.residue, 'thing')} left of it`}`
      )
    case 'failback':
      if (view.steps.some(({id}) => id === 'home-serves'))
        return `${what}: the replica in ${asked.from} is there again after ${duration(view.elapsedMs)}; users stayed in ${asked.to}`
      return (
        `${what}: users are served from ${asked.to} `
        + `again${facts.rtoSeconds === null ? '' : `, refused for ${duration(facts.rtoSeconds * 1000)}`}; `
        + `all of it took ${duration(view.elapsedMs)}${orphanWords(view)}${fileWords(view)}`
      )
    case 'settle':
      return `${what} done after ${duration(view.elapsedMs)}${surgeWords(view)}${fileWords(view)}`
    case 'custom':
      return `${what} done after ${duration(view.elapsedMs)}`
  }
}

/** What a pilot light goes on paying for while users stay. */
function surgeWords({steps, asked: {environment}}: RecoveryView): string {
  const surge = steps.find(({id}) => id === 'surge-stays')?.facts['surge']
  return typeof surge !== 'string'
    ? ''
    : `. ${surge} stays, its NAT gateways and cache nodes cost by the hour; sluice dr failback --confirm ${environment} deletes it`
}

/** Before the next `infra up`, which takes names from that file. */
const fileWords = ({asked: {activeRegion, to}}: RecoveryView): string =>
  activeRegion === null || activeRegion === to
    ? ''
    : `. Now set stack.activeRegion to ${to} in sluice.yaml: it still means ${activeRegion}`

/** Rows that the old primary took and that were never replicated. */
function orphanWords({facts: {orphans}}: RecoveryView): string {
  if (orphans === null || orphans.count === 0) return ''
  if (orphans.count === null) return `; whether the old primary had rows of its own can't be told: ${orphans.because ?? ''}`
  return (
    `; ${counted(orphans.count, 'row')} of the old primary ${orphans.count === 1 ? 'was' : 'were'} never replicated: `
    + 'they are in the report'
  )
}

function undoneWords({steps, asked}: RecoveryView): string {
  const [back, stands] = [
    steps.filter(({takenBack}) => takenBack),
    steps.filter(({state, pointOfNoReturn}) => pointOfNoReturn && state === 'done'),
  ]
  if (stands.length > 0) return 'The point of no return had been passed: look at what stands before anything else.'
  return back.length === 0
    ? 'Nothing of consequence was changed.'
    : `Everything was taken back (${back.map(({id}) => id).join(', ')}).${inVain(back, asked)}`
}

/** A promotion itself stays: users are where they were, and what was promoted isn't theirs. */
function inVain(back: RecoveryView['steps'], {from, to}: RecoveryView['asked']): string {
  const opened = back.some(({id}) => id === 'fence' || id === 'fence-away') ? ` Users are sent to ${from} again.` : ''
  const promoted = back.some(({id}) => id === 'promote-database')
    ? ` Look at the database in ${to}: it may be no replica any more.`
    : ''
  return `${opened}${promoted}`
}

/** What to run next, exactly; the first is what most want. */
export function nextCommands(view: RecoveryView): readonly string[] {
  const {run, asked, state, question, facts, pointOfNoReturn} = view
  const passed = pointOfNoReturn !== null && pointOfNoReturn.passed !== null
  const accept =
    question === null || question.loss === null
      ? ''
      : asked.kind === 'failback'
        ? ' --accept-loss 0s'
        : question.loss.ms === null
          ? ' --accept-unknown-loss'
          : ` --accept-loss ${acceptable(question.loss.ms)}`
  const resume = asked.kind === 'custom' ? `sluice runbook resume ${run}` : `sluice dr resume ${run}${passed ? '' : accept}`
  const withdraw =
    (passed && pointOfNoReturn.passed?.mayWithdraw !== true) || pointOfNoReturn === null
      ? []
      : [`sluice dr resume ${run} --withdraw`]
  const hostsBack = facts.launches?.commands ?? []
  const report = `sluice dr report ${run} --html ${run}.html`
  switch (state) {
    case 'running':
      return [resume, ...withdraw]
    case 'paused':
      return [...(view.because.includes(failoverCommand) ? [failoverCommand] : []), resume, ...withdraw, ...hostsBack]
    case 'done':
      return [report, ...afterDone(view)]
    case 'failed':
      return [...hostsBack, report, 'sluice dr status']
    case 'halted':
      return view.isSuperseded ? ['sluice dr status', report] : ['sluice dr status', resume, report]
  }
}

function afterDone({asked: {kind, environment}, facts}: RecoveryView): readonly string[] {
  switch (kind) {
    case 'promote':
      return ['sluice dr status', `sluice dr failback --confirm ${environment}`]
    case 'drill':
      return facts.residue !== null && facts.residue > 0 ? ['sluice dr drill --clean'] : ['sluice dr history']
    case 'failback':
    case 'settle':
      return ['sluice dr check']
    case 'custom':
      return []
  }
}
