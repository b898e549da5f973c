/** Functions that make texts and lists out of texts and lists. Their arguments are evaluated and made. Pure. */
import {cidrs} from './cidr.ts'
import {asText} from './functions.ts'
import {refuse} from './template-fault.ts'

type TextFunction = (argument: unknown) => unknown

export const textFunctions: Readonly<Record<string, TextFunction>> = {
  'Fn::Base64': (argument) => Buffer.from(text('Fn::Base64', argument)).toString('base64'),
  'Fn::Join': (argument) => {
    const [separator, list] = pair('Fn::Join', argument)
    if (!Array.isArray(list)) {
      throw refuse(
        'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be '
          + 'joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
      )
    }
    return list.map((one) => text('Fn::Join', one)).join(text('Fn::Join', separator))
  },
  'Fn::Split': (argument) => {
    const [separator, source] = pair('Fn::Split', argument)
    return text('Fn::Split', source).split(text('Fn::Split', separator))
  },
  'Fn::Select': (argument) => {
    const [index, list] = pair('Fn::Select', argument)
    if (!Array.isArray(list)) {
      throw refuse('Template error: Fn::Select requires a list argument with two elements: an integer index and a list')
    }
    const at = Number(index)
    if (!Number.isInteger(at) || at < 0 || at >= list.length) {
      throw refuse(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`)
    }
    return list[at] as unknown
  },
  'Fn::Cidr': (argument) => {
    if (!Array.isArray(argument) || argument.length < 2 || argument.length > 3) {
      throw refuse(
        'Template error: every Fn::Cidr object requires two or three parameters, '
          + '(1) an IP block, (2) a count and (3) the number of subnet bits',
      )
    }
    const [block, count, bits] = argument as readonly unknown[]
    return cidrs(text('Fn::Cidr', block), Number(count), bits === undefined ? 8 : Number(bits))
  },
}

function pair(name: string, argument: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw refuse(`Template error: every ${name} object requires two parameters.`)
  }
  return argument as unknown as readonly [unknown, unknown]
}

function text(name: string, value: unknown): string {
  if (typeof value === 'object' || value === undefined) {
    throw refuse(`Template error: ${name} works on strings, and there is a ${Array.isArray(value) ? 'list' : 'map'} in it`)
  }
  return asText(value)
}
