/** Readiness as it was found before the run, in its report. Whatever shape it has: an older journal's is shown as it is. Pure. */
import {html} from './html.ts'
import type {Html} from './html.ts'

interface Finding {
  readonly id?: string
  readonly title?: string
  readonly level?: string
  readonly text?: string
  readonly rtoMinutes?: number
}

export function readinessSection(readiness: unknown): Html {
  const {score, findings} = (typeof readiness === 'object' && readiness !== null ? readiness : {}) as {
    readonly score?: number
    readonly findings?: readonly Finding[]
  }
  if (!Array.isArray(findings))
    return html`<h2>Readiness before</h2>
      <p>It wasn't looked at before this run.</p>`
  const rows = findings as readonly Finding[]
  return html`<h2>Readiness before${typeof score === 'number' ? `: ${score} of 100` : ''}</h2>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th></th>
            <th>what</th>
            <th>found</th>
            <th>RTO</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({level, title, id, text, rtoMinutes}) =>
              html`<tr>
                <td class="${tones[level ?? ''] ?? 'warn'}">${level ?? ''}</td>
                <td>${title ?? id ?? ''}</td>
                <td>${text ?? ''}</td>
                <td class="n">${rtoMinutes === undefined || rtoMinutes === 0 ? '' : `+${rtoMinutes} min`}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`
}

const tones: Readonly<Record<string, string>> = {ok: 'good', warn: 'warn', fail: 'bad', unknown: 'warn'}
