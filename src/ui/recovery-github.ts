/** What GitHub Actions shows of a recovery: one annotation, a step summary, outputs. Pure texts; src/ui/github.ts writes them. */
import {clockSpan, duration, oneLine, span} from './format.ts'
import type {GithubTexts} from './github.ts'
import {githubCell, githubMessage, githubProperty, githubRow} from './github.ts'
import type {RecoveryView} from './recovery-view.ts'
import {nextCommands, operation, recoverySentence} from './recovery-words.ts'

export function recoveryGithub(view: RecoveryView): GithubTexts {
  const level = {
    done: view.exitCode === 0 ? 'notice' : 'error',
    failed: 'error',
    halted: 'error',
    paused: 'warning',
    running: 'warning',
  }[view.state]
  return {
    annotation: `::${level} title=${githubProperty(`${operation(view)} ${view.asked.service} ${view.state}`)}::${githubMessage(recoverySentence(view))}`,
    summary: summary(view),
    outputs: outputs(view),
  }
}

function summary(view: RecoveryView): string {
  const {asked, objectives, loss, rtoMs, served} = view
  const goals =
    asked.kind !== 'promote'
      ? []
      : [
          '',
          '| objective | wanted | achieved | |',
          '|---|---|---|---|',
          githubRow(['RTO', clockSpan(asked.rtoMs), served && rtoMs !== null ? clockSpan(rtoMs) : '–', objectives.rto]),
          githubRow(['RPO', clockSpan(asked.rpoMs), loss === null || loss.ms === null ? '–' : span(loss.ms), objectives.rpo]),
        ]
  return [
    `### ${githubCell(operation(view))} · ${githubCell(asked.service)} · ${githubCell(asked.environment)}: ${asked.from === asked.to ? asked.to : `${asked.from} → ${asked.to}`}`,
    '',
    `**${view.state}**: ${githubCell(recoverySentence(view))}`,
    ...goals,
    '',
    '| step | state | | took |',
    '|---|---|---|---|',
    ...view.steps.map((step) =>
      githubRow([
        step.id,
        step.state,
        step.because ?? step.note ?? step.waitsFor ?? '',
        step.startedAt === null ? '' : duration((step.endedAt ?? view.now) - step.startedAt),
      ]),
    ),
    '',
    ...nextCommands(view).map((command) => `    ${command}`),
    '',
  ].join('\n')
}

function outputs(view: RecoveryView): string {
  const values: readonly (readonly [string, string])[] = [
    ['run', view.run],
    ['outcome', view.state],
    ['because', view.because],
    ['rto-seconds', view.served && view.rtoMs !== null ? String(Math.round(view.rtoMs / 1000)) : ''],
    ['loss-seconds', view.loss?.ms === null || view.loss === null ? '' : String(Math.round(view.loss.ms / 1000))],
    ['residue', view.facts.residue === null ? '' : String(view.facts.residue)],
  ]
  return values.map(([name, value]) => `${name}=${oneLine(value)}\n`).join('')
}
