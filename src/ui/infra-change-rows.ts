/** One resource's change in a plan: what it is, why it stands out, and its properties before → after. Pure. */
import type {JudgedChange} from '../runbooks/provision/infra-plan.ts'
import {counted} from './format.ts'
import {propertyWords, shortened} from './property-words.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {lengthOf, piece, wrapped} from './styled-line.ts'

/** Of a resource with more than so many changed properties, the others are counted. */
const mostProperties = 6

const actions: Readonly<Record<JudgedChange['action'], readonly [string, Tone]>> = {
  add: ['+', 'good'],
  modify: ['~', 'warn'],
  remove: ['-', 'bad'],
  import: ['<', 'good'],
  dynamic: ['?', 'warn'],
}

const words: Readonly<Record<JudgedChange['dangers'][number], string>> = {
  replaced: 'REPLACED',
  'maybe-replaced': 'MAYBE REPLACED',
  removed: 'REMOVED',
  stateful: 'HOLDS DATA',
  'widens-permissions': 'WIDENS PERMISSIONS',
  'opens-network': 'OPENS THE NETWORK',
}

export const dangerWords = ({dangers}: JudgedChange): string => dangers.map((danger) => words[danger]).join(', ')

export function changeRows(change: JudgedChange, width: number): readonly StyledLine[] {
  const [mark, tone] = actions[change.action]
  const danger = dangerWords(change)
  const title = wrapped(`${change.path}  ${change.type}`, width - 8, '  ')
  const told = change.action === 'modify' || change.action === 'dynamic' ? change.properties.slice(0, mostProperties) : []
  const more = change.action === 'modify' ? change.properties.length - told.length : 0
  return [
    ...title.map((text, index): StyledLine => [piece(index === 0 ? `      ${mark} ` : '        ', tone), piece(text)]),
    ...(danger === '' ? [] : wrapped(danger, width - 10).map((text): StyledLine => [piece(`          ${text}`, 'bad')])),
    ...told.flatMap((property) => propertyRows(property, width)),
    ...(more > 0 ? [[piece(`          and ${counted(more, 'more property', 'more properties')}`, 'dim')]] : []),
  ]
}

function propertyRows(property: JudgedChange['properties'][number], width: number): readonly StyledLine[] {
  const margin = ' '.repeat(10)
  const longest = Math.max(12, Math.floor((width - margin.length - 10) / 2))
  const replaces = {no: '', maybe: '  (may replace it)', yes: '  (replaces it)'}[property.replaces]
  return propertyWords(property, longest).flatMap(({path, before, after}, index): readonly StyledLine[] => {
    const why = index === 0 ? replaces : ''
    if (before === '' && after === '') return [[piece(margin + path, 'dim')]]
    const line: StyledLine = [piece(`${margin}${path}  `, 'dim'), piece(`${before} → ${after}`), piece(why, 'bad')]
    if (lengthOf(margin + path + before + after + why) + 5 <= width) return [line]
    const fits = lengthOf(margin + before + after) + 5 <= width
    const values: readonly StyledLine[] = fits
      ? [[piece(`${margin}  ${before} → ${after}`)]]
      : [[piece(`${margin}  ${before}`)], [piece(`${margin}  → ${after}`)]]
    return [
      [piece(margin + shortened(path, Math.max(16, width - margin.length)), 'dim')],
      ...values,
      ...(why === '' ? [] : [[piece(`${margin}${why}`, 'bad')]]),
    ]
  })
}
