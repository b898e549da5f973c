/**
 * HTML as a value: everything put into a template is escaped, unless it is HTML made here. Nothing else in the tool writes
 * markup, so nothing that AWS, a person or an image wrote can become markup.
 */
import {htmlEscape} from 'escape-goat'
import {printable} from './format.ts'

export interface Html {
  readonly kind: 'html'
  readonly markup: string
}

type Value = string | number | Html | readonly Html[]

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return {
    kind: 'html',
    markup: parts.map((part, index) => part + (index < values.length ? markupOf(values[index]!) : '')).join(''),
  }
}

function markupOf(value: Value): string {
  if (typeof value === 'string') return htmlEscape(printable(value))
  if (typeof value === 'number') return htmlEscape(String(value))
  return 'kind' in value ? value.markup : value.map(({markup}) => markup).join('')
}

export const nothing: Html = html``
