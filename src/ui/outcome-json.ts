/** A release as members of the JSON envelope. Pure; the same view as every screen, times in ISO 8601, rates as fractions. */
import {isoTime} from './format.ts'
import type {GateView} from './gate-view.ts'
import {lineNote} from './line-note.ts'
import type {ReleaseView} from './release-view.ts'

export function outcomeJson(view: ReleaseView): object {
  const {input, rejectedBy, exposed, weights, deadMansSwitch} = view
  return {
    run: view.run,
    service: input.service,
    environment: input.environment,
    region: input.region,
    from: input.from,
    to: input.to,
    images: {from: input.fromImage, to: input.toImage},
    outcome: view.state,
    // Of a run that was rolled back, the word scripts ask for: verdict, abort, deadline, tasks, unattended.
    ...(view.because !== '' && {
      because: (view.state === 'rolled-back' ? view.cause : null) ?? view.because,
      reason: view.because,
    }),
    ...(view.cause !== null && {cause: view.cause}),
    ...(rejectedBy !== null && view.state !== 'promoted' && {gate: rejectedBy.gate.gate, minute: rejectedBy.minute}),
    canaryRequests: exposed.requests,
    badRequests: exposed.bad,
    weights,
    ...(deadMansSwitch.dueAt !== null && {trafficGoesHomeAt: isoTime(deadMansSwitch.dueAt)}),
    startedAt: isoTime(view.startedAt),
    endedAt: view.endedAt === null ? null : isoTime(view.endedAt),
    durationSeconds: Math.round(view.elapsedMs / 1000),
    steps: view.lines.map((line) => ({
      plan: line.plan,
      name: line.label,
      state: line.state,
      note: lineNote(line, view),
      seconds: line.durationMs === null ? null : Math.round(line.durationMs / 1000),
    })),
    gates: Object.fromEntries(
      (rejectedBy === null ? view.gates : newest(view.gates, rejectedBy.gate)).map((gate) => [gate.gate, gateJson(gate)]),
    ),
  }
}

function newest(gates: readonly GateView[], rejected: GateView): readonly GateView[] {
  return [...gates.filter(({gate}) => gate !== rejected.gate), rejected]
}

function gateJson({verdict, reason, canary, stable, limit, etaMinutes, unanswered}: GateView): object {
  return {verdict, reason, canary, stable, limit, unanswered, etaMinutes}
}
