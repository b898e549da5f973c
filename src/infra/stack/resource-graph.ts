/**
 * What a root template will create with these parameters, how long that usually takes, and what waits for what: the forecast's
 * graph. A nested stack is a node that needs all its members, because its outputs are there only when all of it is; its members
 * need what its parameters name. Pure: it reads templates, never an account, and what can't be told counts as there.
 */
import type {ForecastResource} from '../../runbooks/provision/infra-plan.ts'
import {conditionHolds, known, parameterValues, unknown, valueOf} from './conditions.ts'
import type {Value, Values} from './conditions.ts'
import {keptName} from './fixed-names.ts'
import {references} from './references.ts'
import {parseTemplate} from './templates.ts'
import type {Files, Resource, Template} from './templates.ts'
import {nestedStackType, usualSeconds} from './usual-seconds.ts'

/** `file`: the root. Nested files are found by the names they have in the package, not by addresses. */
export function forecastResources(
  file: string,
  parameters: Readonly<Record<string, string>>,
  files: Files,
): readonly ForecastResource[] {
  return within(file, new Map(Object.entries(parameters).map(([name, value]) => [name, known(value)])), files, '', [])
}

/** Members of one stack. `outside`: what the stack itself waits for, which all of them wait for too. */
function within(
  file: string,
  given: Values,
  files: Files,
  prefix: string,
  outside: readonly string[],
): readonly ForecastResource[] {
  const text = files.get(file)
  if (text === undefined) throw new Error(`there is no template ${file}`)
  const template = parseTemplate(text)
  const parameters = parameterValues(template, given)
  const taken = (condition: string): boolean | null => conditionHolds(condition, template, parameters)
  const there = Object.entries(template.Resources).filter(
    ([, {Condition}]) => Condition === undefined || taken(Condition) !== false,
  )
  const names = new Set(there.map(([name]) => name))
  return there.flatMap(([name, resource]) => {
    const path = `${prefix}${name}`
    const named = [...references(resource.Properties, taken), ...dependsOn(resource)].filter(
      (one) => one !== name && names.has(one),
    )
    const needs = [...new Set([...outside, ...named.map((one) => `${prefix}${one}`)])]
    const seconds = usualSeconds(resource.Type)
    if (resource.Type !== nestedStackType) {
      const keptAs = keptName(resource, parameters)
      return [{path, type: resource.Type, seconds, needs, ...(keptAs !== null && {keptAs})}]
    }
    const members = within(nestedFile(resource), passedDown(resource, template, parameters), files, `${path}/`, needs)
    return [...members, {path, type: resource.Type, seconds, needs: [...needs, ...members.map((member) => member.path)]}]
  })
}

const dependsOn = (resource: Resource): readonly string[] => [resource['DependsOn'] ?? []].flat().map(String)

const nestedFile = ({Properties}: Resource): string => String(Properties?.['TemplateURL'])

function passedDown({Properties}: Resource, template: Template, parameters: Values): Values {
  const given = (Properties?.['Parameters'] ?? {}) as Readonly<Record<string, unknown>>
  return new Map(
    Object.entries(given).map(([name, value]): [string, Value] => [name, valueOf(value, template, parameters) ?? unknown]),
  )
}
